// Pictures of an archive as batches for an image model, each shown by the name of its file.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Engine.Data;

namespace MaaS.Engine.Scoring;

internal sealed class ImageRows : RowSource
{
    private readonly ImageFile _file;
    private readonly ModelInput _input;
    private readonly bool _withClass;
    private readonly int _batchRows;

    /// <exception cref="UserError">The file holds no images.</exception>
    public ImageRows(DataFile data, ModelManifest model, bool withClass)
    {
        if (data.Profile.Images is null)
            throw new UserError($"{data.Name} holds no images: they come as a ZIP of class folders with PNG or JPEG files, or of IDX files.");
        (_input, _withClass) = (model.Inputs[0], withClass);
        _batchRows = (int)Math.Clamp(4_000_000 / Pixels, 16, 256);
        _file = ImageFile.Open(data.Path, data.Profile.Reading.Format ?? DatasetFormat.ImageFolders);
    }

    public override IReadOnlyList<AnswerColumn> Shown =>
        _withClass ? [new("file", CellType.Text), new(ImageProfile.ClassColumn, CellType.Text)] : [new("file", CellType.Text)];

    private int Height => (int)_input.Shape[1];
    private int Width => (int)_input.Shape[2];
    private int Channels => (int)_input.Shape[3];
    private int Pixels => Height * Width * Channels;

    public override IEnumerable<RowBatch> Read()
    {
        foreach (var images in _file.Read().Select(Fitted).Chunk(_batchRows))
        {
            var pixels_NHWC = new byte[images.Length * Pixels];
            for (var row = 0; row < images.Length; row++)
                images[row].Picture.Pixels_HWC.CopyTo(pixels_NHWC, row * Pixels);
            var files = Array.ConvertAll(images, image => (string?)image.Place);
            yield return new RowBatch(
                images.Length, [pixels_NHWC], new string?[images.Length], _withClass ? [files, Array.ConvertAll(images, image => (string?)image.Label)] : [files]);
        }
    }

    public override void Dispose() => _file.Dispose();

    /// <summary>At once, because the pictures of a batch as large as they come could fill the memory.</summary>
    private LabelledPicture Fitted(LabelledPicture image) => image with { Picture = image.Picture.As(Width, Height, Channels) };
}
