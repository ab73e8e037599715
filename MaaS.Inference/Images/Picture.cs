// A picture as training and serving both see it: whole numbers 0 to 255 in rows, grey or red, green and blue. SkiaSharp reads the file;
// resizing is done here, so that a model of years ago still gets the very pixels it would have been trained with.
using System.Runtime.InteropServices;
using SkiaSharp;

namespace MaaS.Inference.Images;

/// <param name="Pixels_HWC">Height x Width x Channels, row by row.</param>
/// <param name="Channels">1 for grey, 3 for colours.</param>
public sealed record Picture(byte[] Pixels_HWC, int Width, int Height, int Channels)
{
    /// <summary>A photograph of a phone is 3 to 5 MB.</summary>
    public const int MostBytes = 16 << 20;

    /// <summary>Decoded it takes four bytes a pixel, so 100 MB; a photograph of a phone has 12 million.</summary>
    public const int MostPixels = 25_000_000;

    /// <summary>A strip that is one pixel wide and millions long would be made as wide as the model's images before it is made as low.</summary>
    public const int LongestSide = 16_384;

    /// <summary>Reads a PNG or JPEG, turned upright as its file says. Transparent is black; grey is a picture whose colours are all grey.</summary>
    /// <param name="file">The size it declares is checked before it is decoded.</param>
    /// <returns>The picture; or what is wrong with it, to be said after its name.</returns>
    public static (Picture? Picture, string? Problem) Decode(byte[] file)
    {
        if (file.Length > MostBytes)
            return (null, $"has {file.Length:N0} bytes; a picture has at most {MostBytes:N0}");
        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data);
        if (codec is not { EncodedFormat: SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg })
            return (null, "is neither a PNG nor a JPEG");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if (Math.Max(width, height) > LongestSide)
            return (null, $"has {width} x {height} pixels; a side has at most {LongestSide:N0}");
        if ((long)width * height > MostPixels)
            return (null, $"has {width} x {height} pixels; a picture has at most {MostPixels:N0}");
        var rgba = new byte[width * height * 4];
        var pinned = GCHandle.Alloc(rgba, GCHandleType.Pinned);
        try
        {
            var result = codec.GetPixels(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul), pinned.AddrOfPinnedObject());
            if (result != SKCodecResult.Success)
                return (null, $"is damaged or cut short ({result})");
        }
        finally
        {
            pinned.Free();
        }
        return (Upright(rgba, width, height, codec.EncodedOrigin), null);
    }

    /// <summary>In the shape a model takes. Stretched where the sides have another proportion; grey by the weights of ITU-R BT.601, as in JPEG.</summary>
    public Picture As(int width, int height, int channels)
    {
        var picture = channels == Channels ? this : channels == 1 ? Grey() : Coloured();
        return (width, height) == (Width, Height) ? picture : picture.Resized(width, height);
    }

    private Picture Grey()
    {
        var grey = new byte[Width * Height];
        for (int i = 0, at = 0; i < grey.Length; i++, at += 3)
            grey[i] = (byte)((299 * Pixels_HWC[at] + 587 * Pixels_HWC[at + 1] + 114 * Pixels_HWC[at + 2] + 500) / 1000);
        return new Picture(grey, Width, Height, 1);
    }

    private Picture Coloured()
    {
        var colours = new byte[Width * Height * 3];
        for (var at = 0; at < colours.Length; at++)
            colours[at] = Pixels_HWC[at / 3];
        return new Picture(colours, Width, Height, 3);
    }

    /// <summary>Along the rows, then along the columns, by a triangle as wide as a pixel of the coarser grid: linear when enlarged, averaged when reduced.</summary>
    private Picture Resized(int width, int height)
    {
        var columns = Weights(Width, width);
        var narrow = new float[Height * width * Channels];
        for (var y = 0; y < Height; y++)
            for (var x = 0; x < width; x++)
                for (var c = 0; c < Channels; c++)
                {
                    var (first, weights) = columns[x];
                    var sum = 0f;
                    for (var k = 0; k < weights.Length; k++)
                        sum += weights[k] * Pixels_HWC[(y * Width + first + k) * Channels + c];
                    narrow[(y * width + x) * Channels + c] = sum;
                }
        var pixels = new byte[height * width * Channels];
        var rows = Weights(Height, height);
        var row = width * Channels;
        for (var y = 0; y < height; y++)
            for (var i = 0; i < row; i++)
            {
                var (first, weights) = rows[y];
                var sum = 0f;
                for (var k = 0; k < weights.Length; k++)
                    sum += weights[k] * narrow[(first + k) * row + i];
                pixels[y * row + i] = (byte)(sum + 0.5f);
            }
        return new Picture(pixels, width, height, Channels);
    }

    /// <summary>For each place of the new side: the first old place that counts, and how much it and those after it do.</summary>
    private static (int First, float[] Weights)[] Weights(int from, int to)
    {
        var step = (double)from / to;
        var reach = Math.Max(1, step);
        return [.. Enumerable.Range(0, to).Select(place =>
        {
            var centre = (place + 0.5) * step - 0.5;
            var first = Math.Max(0, (int)Math.Ceiling(centre - reach));
            var last = Math.Min(from - 1, (int)Math.Floor(centre + reach));
            var weights = Enumerable.Range(first, last - first + 1).Select(old => 1 - Math.Abs(old - centre) / reach).ToArray();
            var sum = weights.Sum();
            return (first, Array.ConvertAll(weights, weight => (float)(weight / sum)));
        })];
    }

    /// <summary>Drops what is not needed of red, green, blue and opacity, and turns the picture as a camera noted (Exif 2.32, tag 0x0112).</summary>
    private static Picture Upright(byte[] rgba, int width, int height, SKEncodedOrigin origin)
    {
        var isGrey = true;
        for (var at = 0; at < rgba.Length && isGrey; at += 4)
            isGrey = rgba[at] == rgba[at + 1] && rgba[at] == rgba[at + 2];
        var channels = isGrey ? 1 : 3;
        // From the fifth on rows are columns; of each four the second and third are mirrored left to right, the third and fourth top to bottom.
        var swapped = origin >= SKEncodedOrigin.LeftTop;
        var mirrored = origin is SKEncodedOrigin.TopRight or SKEncodedOrigin.BottomRight or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom;
        var upturned = origin is SKEncodedOrigin.BottomRight or SKEncodedOrigin.BottomLeft or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        var (wide, high) = swapped ? (height, width) : (width, height);
        var pixels = new byte[wide * high * channels];
        for (var y = 0; y < high; y++)
            for (var x = 0; x < wide; x++)
            {
                var (u, v) = (mirrored ? wide - 1 - x : x, upturned ? high - 1 - y : y);
                var source = (swapped ? u * width + v : v * width + u) * 4;
                for (var c = 0; c < channels; c++)
                    pixels[(y * wide + x) * channels + c] = rgba[source + c];
            }
        return new Picture(pixels, wide, high, channels);
    }
}
