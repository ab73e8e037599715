// Drawn shapes for an image model to tell apart: invented. Worth learning: a shape may lie anywhere, at any size and angle, light on dark
// or dark on light, in noise and with a stroke across, so that no single pixel tells anything.
using System.Globalization;
using System.IO.Compression;

namespace MaaS.Contracts.Datasets;

internal static class SampleShapes
{
    private const int Side = 32;
    private const int Samples = 3; // of each pixel's side, so that edges are smooth

    private static readonly (string Name, Func<double, double, bool> Holds)[] s_shapes =
    [
        ("circle", (x, y) => x * x + y * y < 1),
        ("ring", (x, y) => x * x + y * y is > 0.36 and < 1),
        ("square", (x, y) => Math.Max(Math.Abs(x), Math.Abs(y)) < 0.8),
        ("triangle", (x, y) => y > -0.5 && Math.Abs(x) * Math.Sqrt(3) + y < 1),
        ("cross", (x, y) => Math.Min(Math.Abs(x), Math.Abs(y)) < 0.28 && Math.Max(Math.Abs(x), Math.Abs(y)) < 0.95),
        ("star", (x, y) => x * x + y * y < Math.Pow(0.4 + 0.6 * Math.Pow(Math.Abs(Math.Cos(2.5 * Math.Atan2(y, x))), 3), 2)),
    ];

    /// <summary>A ZIP of PNG files in one folder per shape.</summary>
    public static void Pack(Stream to, int images, Random random)
    {
        using var zip = new ZipArchive(to, ZipArchiveMode.Create, leaveOpen: true);
        for (var i = 0; i < images; i++)
        {
            var (name, holds) = s_shapes[random.Next(s_shapes.Length)];
            var entry = zip.CreateEntry($"shapes/{name}/{i.ToString("D5", CultureInfo.InvariantCulture)}.png", CompressionLevel.NoCompression);
            entry.LastWriteTime = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero); // else no two files would be the same
            using var file = entry.Open();
            file.Write(Png.Of(Draw(holds, random), Side, Side, 1));
        }
    }

    private static byte[] Draw(Func<double, double, bool> holds, Random random)
    {
        var radius = Side * (0.24 + 0.18 * random.NextDouble());
        var (left, top) = (radius + random.NextDouble() * (Side - 2 * radius), radius + random.NextDouble() * (Side - 2 * radius));
        var (sin, cos) = Math.SinCos(random.NextDouble() * 2 * Math.PI);
        var (paper, ink) = (20 + 80 * random.NextDouble(), 150 + 80 * random.NextDouble());
        if (random.Next(2) == 0)
            (paper, ink) = (ink, paper);
        var (strokeSin, strokeCos) = Math.SinCos(random.NextDouble() * Math.PI);
        var stroke = (random.NextDouble() - 0.5) * Side;

        var pixels = new byte[Side * Side];
        for (var place = 0; place < pixels.Length; place++)
        {
            var covered = 0;
            for (var sample = 0; sample < Samples * Samples; sample++)
            {
                var x = (place % Side + (sample % Samples + 0.5) / Samples - left) / radius;
                var y = (place / Side + (sample / Samples + 0.5) / Samples - top) / radius;
                covered += holds(x * cos + y * sin, y * cos - x * sin) ? 1 : 0;
            }
            var light = paper + (ink - paper) * covered / (Samples * Samples);
            // A thin stroke in the colour of the ink, somewhere across the image.
            if (Math.Abs((place % Side - Side / 2) * strokeCos + (place / Side - Side / 2) * strokeSin - stroke) < 0.7)
                light = ink;
            var noise = (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 40;
            pixels[place] = (byte)Math.Clamp(light + noise, 0, 255);
        }
        return pixels;
    }
}
