// One image of a request into its place among the pixels of the graph's input; or a sentence that says why not.
using System.Text.Json;
using MaaS.Contracts.Models;

namespace MaaS.Inference.Images;

internal static class RequestImage
{
    private const string Wanted = "a PNG or JPEG file in Base64";

    // data:image/png;base64,iVBORw0...: how browsers write a file in a text.
    private const string AddressMark = ";base64,";

    // A photograph takes some 200 MB while it is decoded: no more of them at once than there are cores to do it.
    private static readonly SemaphoreSlim s_decoders = new(Environment.ProcessorCount);

    /// <summary>Numbers of one image.</summary>
    public static int Pixels(ModelInput input) => (int)(input.Shape[1] * input.Shape[2] * input.Shape[3]);

    /// <summary>Decoding a picture of the largest size takes a tenth of a second, and what a network remembers of its pixels many times their room.</summary>
    public static int MostRows(ModelInput input) => Math.Clamp(4_000_000 / Pixels(input), 16, 256);

    /// <summary>Null when the image is stored.</summary>
    public static string? Put(JsonElement value, ModelInput input, byte[] column, int row)
    {
        var place = column.AsSpan(row * Pixels(input), Pixels(input));
        return value.ValueKind switch
        {
            JsonValueKind.String => File(value, input, place),
            JsonValueKind.Array => Numbers(value, input, place),
            JsonValueKind.Undefined or JsonValueKind.Null => $"an image is needed: {Wanted}.",
            _ => $"{RequestValue.Shown(value)} is not {Wanted}.",
        };
    }

    private static string? File(JsonElement value, ModelInput input, Span<byte> place)
    {
        if (!TryBytes(value, out var bytes))
            return $"the text is not {Wanted}.";
        s_decoders.Wait();
        try
        {
            var (picture, problem) = Picture.Decode(bytes);
            if (picture is null)
                return $"the file {problem}.";
            picture.As((int)input.Shape[2], (int)input.Shape[1], (int)input.Shape[3]).Pixels_HWC.CopyTo(place);
            return null;
        }
        finally
        {
            s_decoders.Release();
        }
    }

    private static bool TryBytes(JsonElement value, out byte[] bytes)
    {
        bytes = [];
        try
        {
            if (value.TryGetBytesFromBase64(out var plain))
            {
                bytes = plain;
                return bytes.Length > 0;
            }
            var text = value.GetString()!;
            var mark = text.IndexOf(AddressMark, StringComparison.Ordinal);
            bytes = Convert.FromBase64String(text.StartsWith("data:", StringComparison.Ordinal) && mark > 0 ? text[(mark + AddressMark.Length)..] : text);
            return bytes.Length > 0;
        }
        catch (Exception broken) when (broken is FormatException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Rows of pixels, as large as the model's image: numbers, or for colours lists of three.</summary>
    private static string? Numbers(JsonElement rows, ModelInput input, Span<byte> place)
    {
        var (height, width, channels) = (input.Shape[1], input.Shape[2], input.Shape[3]);
        var at = 0;
        if (rows.GetArrayLength() != height)
            return $"the image has {rows.GetArrayLength()} rows of pixels; the model takes {height}.";
        foreach (var row in rows.EnumerateArray())
        {
            if (row.ValueKind != JsonValueKind.Array || row.GetArrayLength() != width)
                return $"row {at / width / channels} of the image is not a list of {width} pixels.";
            foreach (var pixel in row.EnumerateArray())
                for (var c = 0; c < channels; c++, at++)
                {
                    var number = pixel.ValueKind == JsonValueKind.Array && pixel.GetArrayLength() == channels ? pixel[c] : channels == 1 ? pixel : default;
                    if (number.ValueKind != JsonValueKind.Number || !number.TryGetByte(out place[at]))
                        return $"a pixel in row {at / width / channels} of the image is not {(channels == 1 ? "a whole number" : $"a list of {channels} whole numbers")} from 0 to 255.";
                }
        }
        return null;
    }
}
