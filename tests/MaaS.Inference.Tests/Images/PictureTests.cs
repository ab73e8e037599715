// Pictures as they come: decoded to the very bytes, turned upright, brought to the shape of a model, refused with what is wrong.
using MaaS.Contracts.Datasets;
using MaaS.Inference.Images;
using SkiaSharp;
using Xunit;

namespace MaaS.Inference.Tests.Images;

public sealed class PictureTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_PNG_of_our_own_is_read_back_to_the_byte(int channels)
    {
        var pixels = new byte[31 * 17 * channels];
        new Random(5).NextBytes(pixels);

        Same(new Picture(pixels, 31, 17, channels), Picture.Decode(Png.Of(pixels, 31, 17, channels)).Picture!);
    }

    [Fact]
    public void A_JPEG_is_read_grey_or_in_colours()
    {
        var red = Picture.Decode(Encoded(SKEncodedImageFormat.Jpeg, SKColors.Red)).Picture!;
        var grey = Picture.Decode(Encoded(SKEncodedImageFormat.Jpeg, new SKColor(90, 90, 90))).Picture!;

        Assert.Equal((16, 8, 3), (red.Width, red.Height, red.Channels));
        Assert.InRange(red.Pixels_HWC[0], 250, 255);
        Assert.InRange(red.Pixels_HWC[1], 0, 5);
        Assert.Equal((16, 8, 1), (grey.Width, grey.Height, grey.Channels));
    }

    [Fact]
    public void What_is_transparent_is_black()
    {
        var picture = Picture.Decode(Encoded(SKEncodedImageFormat.Png, SKColors.Transparent)).Picture!;
        Same(new Picture(new byte[16 * 8], 16, 8, 1), picture);
    }

    [Theory] // Exif 2.32, 4.6.4 A: where the first row and the first column of the stored image lie.
    [InlineData(1, new byte[] { 1, 2, 3, 4, 5, 6 }, 3)]
    [InlineData(2, new byte[] { 3, 2, 1, 6, 5, 4 }, 3)]
    [InlineData(3, new byte[] { 6, 5, 4, 3, 2, 1 }, 3)]
    [InlineData(4, new byte[] { 4, 5, 6, 1, 2, 3 }, 3)]
    [InlineData(5, new byte[] { 1, 4, 2, 5, 3, 6 }, 2)]
    [InlineData(6, new byte[] { 4, 1, 5, 2, 6, 3 }, 2)]
    [InlineData(7, new byte[] { 6, 3, 5, 2, 4, 1 }, 2)]
    [InlineData(8, new byte[] { 3, 6, 2, 5, 1, 4 }, 2)]
    public void A_picture_is_turned_as_the_camera_noted(byte orientation, byte[] upright, int width)
    {
        const int side = 16;
        var picture = Picture.Decode(WithExif(Blocks(3, 2, side), orientation)).Picture!;

        Assert.Equal((width * side, 6 / width * side, 1), (picture.Width, picture.Height, picture.Channels));
        Assert.Equal(upright, Enumerable.Range(0, 6).Select(block =>
            (byte)(picture.Pixels_HWC[(block / width * side + side / 2) * picture.Width + block % width * side + side / 2] / 30)));
    }

    [Fact]
    public void Colours_become_grey_by_their_brightness_and_grey_becomes_three_equal_colours()
    {
        Assert.Equal<byte>([76, 150, 29, 255], new Picture([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255], 4, 1, 3).As(4, 1, 1).Pixels_HWC);
        Assert.Equal<byte>([7, 7, 7, 9, 9, 9], new Picture([7, 9], 2, 1, 1).As(2, 1, 3).Pixels_HWC);
    }

    [Fact]
    public void A_reduced_picture_is_the_mean_of_what_it_covers_and_an_enlarged_one_lies_between()
    {
        // Of four columns to two: each takes three shares of each of its own two, and one of the next.
        Assert.Equal<byte>([14, 86], new Picture([0, 0, 100, 100], 4, 1, 1).As(2, 1, 1).Pixels_HWC);
        Assert.Equal<byte>([0, 25, 75, 100], new Picture([0, 100], 2, 1, 1).As(4, 1, 1).Pixels_HWC);
        Assert.Equal<byte>([0, 0, 25, 25, 75, 75, 100, 100], new Picture([0, 100], 1, 2, 1).As(2, 4, 1).Pixels_HWC);
        var even = new Picture([.. Enumerable.Repeat((byte)137, 29 * 41 * 3)], 29, 41, 3).As(64, 8, 3);
        Assert.All(even.Pixels_HWC, value => Assert.Equal(137, value));
    }

    [Fact]
    public void What_is_no_picture_is_said()
    {
        Assert.Equal("is neither a PNG nor a JPEG", Picture.Decode([]).Problem);
        Assert.Equal("is neither a PNG nor a JPEG", Picture.Decode("GIF89a and more"u8.ToArray()).Problem);
        Assert.Equal("is neither a PNG nor a JPEG", Picture.Decode(Encoded(SKEncodedImageFormat.Webp, SKColors.Red)).Problem);
        Assert.Equal("has 16,777,217 bytes; a picture has at most 16,777,216", Picture.Decode(new byte[(16 << 20) + 1]).Problem);
        var large = Png.Of(new byte[5001 * 5000], 5001, 5000, 1);
        Assert.Equal("has 5001 x 5000 pixels; a picture has at most 25,000,000", Picture.Decode(large).Problem);
        var jpeg = Encoded(SKEncodedImageFormat.Jpeg, SKColors.Red, 400);
        Assert.StartsWith("is damaged or cut short", Picture.Decode(jpeg[..(jpeg.Length / 2)]).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Noise_that_begins_like_a_picture_is_refused_or_read_and_never_throws()
    {
        var random = new Random(9);
        var whole = Encoded(SKEncodedImageFormat.Jpeg, SKColors.Blue, 64);
        for (var i = 0; i < 500; i++)
        {
            var broken = (byte[])(i % 2 == 0 ? whole : Png.Of(new byte[64], 8, 8, 1)).Clone();
            for (var change = 0; change < 4; change++)
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
            var (picture, problem) = Picture.Decode(broken);
            Assert.True(picture is null != problem is null);
        }
    }

    private static void Same(Picture expected, Picture picture)
    {
        Assert.Equal((expected.Width, expected.Height, expected.Channels), (picture.Width, picture.Height, picture.Channels));
        Assert.Equal(expected.Pixels_HWC, picture.Pixels_HWC);
    }

    private static byte[] Encoded(SKEncodedImageFormat format, SKColor colour, int width = 16)
    {
        using var bitmap = new SKBitmap(width, 8);
        bitmap.Erase(colour);
        for (var x = 20; x < width; x += 3)
            bitmap.SetPixel(x, x % 8, SKColors.White);
        using var data = bitmap.Encode(format, 95);
        return data.ToArray();
    }

    /// <summary>A JPEG of even squares, the first with a brightness of 50, each after it 30 brighter.</summary>
    private static byte[] Blocks(int wide, int high, int side)
    {
        using var bitmap = new SKBitmap(wide * side, high * side);
        for (var y = 0; y < high * side; y++)
            for (var x = 0; x < wide * side; x++)
                bitmap.SetPixel(x, y, Grey((byte)(50 + 30 * (y / side * wide + x / side))));
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 100);
        return data.ToArray();
    }

    private static SKColor Grey(byte brightness) => new(brightness, brightness, brightness);

    /// <summary>With a segment APP1 behind the start of the JPEG that holds one entry: the orientation, tag 0x0112, a short.</summary>
    private static byte[] WithExif(byte[] jpeg, byte orientation)
    {
        byte[] exif = [.. "Exif\0\0MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
        return [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. jpeg[2..]];
    }
}
