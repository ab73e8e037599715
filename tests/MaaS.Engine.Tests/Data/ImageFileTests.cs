// Images as they arrive: ZIPs of class folders and of IDX files, good ones and every kind of bad one.
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using MaaS.Contracts.Datasets;
using MaaS.Engine.Data;
using Xunit;

namespace MaaS.Engine.Tests.Data;

public sealed class ImageFileTests
{
    private static readonly byte[] s_grey = Png.Of([10, 20, 30, 40, 50, 60], 3, 2, 1);
    private static readonly byte[] s_colour = Png.Of([10, 20, 30, 40, 50, 60], 1, 2, 3);

    [Fact]
    public void Class_folders_are_described_by_sizes_colours_and_classes()
    {
        var profile = Profile(("pets/cats/1.png", s_grey), ("pets/cats/2.PNG", s_grey), ("pets/dogs/1.png", s_colour), ("__MACOSX/pets/cats/._1.png", [0]), ("pets/cats/.DS_Store", [0]));

        Assert.Equal((3, DatasetFormat.ImageFolders), (profile.RowCount, profile.Reading.Format));
        Assert.Equal(new ImageSummary(1, 3, 2, 2, 3), profile.Images);
        Assert.Equal([("image", ColumnType.Image, 3), ("class", ColumnType.Category, 2)], profile.Columns.Select(column => (column.Name, column.Type, column.Distinct)));
        Assert.Equal([new ValueCount("cats", 2), new ValueCount("dogs", 1)], profile.Columns[1].Top);
        Assert.Equal(["pets/cats/1.png", "cats"], profile.Preview[0]);
        Assert.Empty(profile.Warnings);
    }

    [Fact]
    public void A_folder_called_test_beside_train_is_the_test_part()
    {
        using var file = Zip(("d/train/a/1.png", s_grey), ("d/Test/a/2.png", s_grey), ("d/train/b/3.png", s_grey), ("notes.txt", [1]));
        var profile = Profiler.Profile(file.Path, new ReadingOptions(), null, TestContext.Current.CancellationToken);

        Assert.Equal(["1 files that are neither PNG nor JPEG were left out, the first is notes.txt.", "1 of the images lie in a part of their own for the test: a model is tested on those, and learns from the others."], profile.Warnings);
        using var all = ImageSet.Read(new DataFile(file.Path, "d.zip", profile), (2, 3, 1), new Progress<Report>(), TestContext.Current.CancellationToken);
        Assert.Equal([false, true, false], all.IsTest);
        Assert.Equal(["a", "a", "b"], Enumerable.Range(0, 3).Select(all.Classes.Text));
        Assert.Equal<byte>([10, 20, 30, 40, 50, 60], all.Pixels_NHWC[1].data<byte>().ToArray());
    }

    [Theory]
    [InlineData("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", 2)]
    [InlineData("a/pictures.idx", "a/classes.idx", null, null, 0)]
    public void Idx_files_are_paired_by_what_they_hold(string images, string labels, string? testImages, string? testLabels, int tests)
    {
        (string, byte[])[] entries =
        [
            (labels, Packed(Idx([3], 0, 7, 0))), (images, Packed(Idx([3, 1, 2], 1, 2, 3, 4, 5, 6))),
            .. testImages is null ? [] : new[] { (testImages, Idx([2, 1, 2], 9, 9, 8, 8)), (testLabels!, Idx([2], 7, 0)) },
        ];
        using var file = Zip(entries);
        var profile = Profiler.Profile(file.Path, new ReadingOptions(), null, TestContext.Current.CancellationToken);

        Assert.Equal((3 + tests, new ImageSummary(2, 2, 1, 1, 1), DatasetFormat.Idx), (profile.RowCount, profile.Images, profile.Reading.Format));
        using var all = ImageSet.Read(new DataFile(file.Path, "d.zip", profile), (1, 2, 1), new Progress<Report>(), TestContext.Current.CancellationToken);
        Assert.Equal(tests, all.IsTest.Count(isTest => isTest));
        Assert.Equal(["0", "7", "0"], Enumerable.Range(0, 3).Select(all.Classes.Text));
        Assert.Equal<byte>([1, 2, 3, 4, 5, 6], all.Pixels_NHWC.slice(0, 0, 3, 1).data<byte>().ToArray());
    }

    [Fact]
    public void Bad_class_folders_are_refused_with_the_entry_and_the_reason()
    {
        Refused("a/1.png is neither a PNG nor a JPEG.", ("a/1.png", Encoding.UTF8.GetBytes("not a picture")), ("b/2.png", s_grey));
        Refused("a/1.png is neither a PNG nor a JPEG.", ("a/1.png", []), ("b/2.png", s_grey));
        Refused("a/1.png is damaged or cut short (IncompleteInput).", ("a/1.png", Png.Of(new byte[9000], 300, 30, 1)[..80]), ("b/2.png", s_grey));
        Refused("a/1.png has 5001 x 5000 pixels; a picture has at most 25,000,000.", ("a/1.png", Declared(5001, 5000)), ("b/2.png", s_grey));
        Refused("b/2.gif is a GIF file; images are read from PNG and JPEG files.", ("a/1.png", s_grey), ("b/2.gif", [1]));
        Refused("1.png lies in no folder of its class; put the images of each class into a folder of its name, and at least two such folders into the ZIP archive.", ("1.png", s_grey), ("b/2.png", s_grey));
        Refused("only/1.png lies in no folder of its class; put the images of each class into a folder of its name, and at least two such folders into the ZIP archive.", ("only/1.png", s_grey), ("only/2.png", s_grey));
        Refused("All 2 images are of the class \"a\"; at least two classes are needed to tell apart.", ("train/a/1.png", s_grey), ("test/a/2.png", s_grey));
        Refused("../../etc/1.png lies in a folder called \"..\"; a class has a name of 1 to 200 characters on one line.", ("../../etc/1.png", s_grey), ("b/2.png", s_grey));
        Refused("/1.png lies in a folder called \"\"; a class has a name of 1 to 200 characters on one line.", ("/1.png", s_grey), ("b/2.png", s_grey));
        Refused("a/1.png has more than 16,777,216 bytes, which is the most a picture may have.", ("a/1.png", new byte[200 << 20]), ("b/2.png", s_grey));
    }

    [Fact]
    public void Bad_idx_files_are_refused_with_the_entry_and_the_reason()
    {
        var images = Idx([2, 1, 2], 1, 2, 3, 4);
        Refused("The IDX files are images; one with images and one with their labels are needed, and perhaps two more called test or t10k.", ("images", images));
        Refused("images holds 2 images, and labels 3 labels; each image needs one.", ("images", images), ("labels", Idx([3], 1, 2, 3)));
        Refused("images is damaged or cut short: ", ("images", images[..^1]), ("labels", Idx([2], 1, 2)));
        Refused("labels goes on after the 2 values that it says it holds.", ("images", images), ("labels", Idx([2], 1, 2, 3)));
        Refused("images goes on after the 2 values that it says it holds.", ("images", Packed([.. images, .. new byte[50 << 20]])), ("labels", Idx([2], 1, 2)));
        Refused("images holds 2 x 1 x 2 x 2 values; images are N x height x width, or N x height x width x 3 in colour.", ("images", Idx([2, 1, 2, 2])), ("labels", Idx([2])));
        Refused("images holds 2 x 100000 x 100000 values; an image has at most 25,000,000 pixels.", ("images", Idx([2, 100_000, 100_000])), ("labels", Idx([2])));
        Refused("The IDX files hold 2,000,000 images; at most 1,000,000 are allowed.", ("images", Idx([2_000_000, 1, 1])), ("labels", Idx([2_000_000])));
        Refused("images says that it holds 0 x 28 x 28 values; every size must be 1 or more.", ("images", Idx([0, 28, 28])), ("labels", Idx([2])));
        Refused("All 2 images are of the class \"5\"; at least two classes are needed to tell apart.", ("images", images), ("labels", Idx([2], 5, 5)));
    }

    [Fact]
    public void What_is_no_ZIP_of_images_is_said()
    {
        Refused(Idx([2, 1, 2], 1, 2, 3, 4), null, "The file is an IDX file by itself; put the one with the images and the one with their labels into a ZIP archive.");
        Refused(Packed(Idx([2], 1, 2)), null, "The file is an IDX file by itself; put the one with the images and the one with their labels into a ZIP archive.");
        Refused(Packed(Encoding.UTF8.GetBytes("a,b\n1,2\n")), null, "The file is compressed with gzip, not a table in text form; save it as CSV or Parquet.");
        Refused(s_grey, null, "The file is an image, not a table in text form; save it as CSV or Parquet. A model that tells images apart learns from a ZIP archive with a folder of images for each class.");
        Refused(Encoding.UTF8.GetBytes("a,b\n1,2\n"), DatasetFormat.ImageFolders, "The file is not a ZIP archive, or is cut short; images come as a ZIP of class folders, or of IDX files.");
        using var whole = Zip(("a/1.png", s_grey), ("b/2.png", s_grey));
        Refused(File.ReadAllBytes(whole.Path)[..^30], DatasetFormat.ImageFolders, "The file is not a ZIP archive, or is cut short; images come as a ZIP of class folders, or of IDX files.");
        Refused(File.ReadAllBytes(whole.Path), DatasetFormat.Idx, "The ZIP archive holds no IDX files of bytes; images come as one with the images and one with their labels.");
        using var texts = Zip(("a/1.txt", [1]));
        Refused(File.ReadAllBytes(texts.Path), DatasetFormat.ImageFolders, "The ZIP archive holds no PNG or JPEG files; images come in one folder per class.");
    }

    [Fact]
    public void The_sample_is_six_kinds_of_shapes()
    {
        var bytes = new MemoryStream();
        SampleData.Shapes.Write(bytes);
        using var file = new TestFile(bytes.ToArray());
        var profile = Profiler.Profile(file.Path, new ReadingOptions(), null, TestContext.Current.CancellationToken);

        Assert.Equal((3_000, new ImageSummary(32, 32, 32, 32, 1)), (profile.RowCount, profile.Images));
        Assert.Equal(["circle", "cross", "ring", "square", "star", "triangle"], profile.Columns[1].Top.Select(top => top.Value).Order(StringComparer.Ordinal));
        Assert.Empty(profile.Warnings);
    }

    private static DatasetProfile Profile(params (string Name, byte[] Bytes)[] entries)
    {
        using var file = Zip(entries);
        return Profiler.Profile(file.Path, new ReadingOptions(), null, TestContext.Current.CancellationToken);
    }

    private static void Refused(string sentence, params (string Name, byte[] Bytes)[] entries)
    {
        using var file = Zip(entries);
        Refused(File.ReadAllBytes(file.Path), null, sentence);
    }

    private static void Refused(byte[] bytes, DatasetFormat? format, string sentence)
    {
        using var file = new TestFile(bytes);
        var error = Assert.Throws<UserError>(() => Profiler.Profile(file.Path, new ReadingOptions(format), null, TestContext.Current.CancellationToken));
        if (sentence.EndsWith(' '))
            Assert.StartsWith(sentence, error.Message, StringComparison.Ordinal);
        else
            Assert.Equal(sentence, error.Message);
    }

    private static TestFile Zip(params (string Name, byte[] Bytes)[] entries)
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        return new TestFile(bytes.ToArray());
    }

    private static byte[] Idx(int[] shape, params byte[] values) => [0, 0, 8, (byte)shape.Length, .. shape.SelectMany(BigEndian), .. values];

    /// <summary>A PNG that says how large it is and has nothing behind.</summary>
    private static byte[] Declared(int width, int height)
    {
        return Png.Of(new byte[width * height], width, height, 1)[..100];
    }

    private static byte[] BigEndian(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    private static byte[] Packed(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }
}
