using System.Buffers.Text;
using System.Globalization;
using System.Runtime.CompilerServices;
using DurableMl.Features.Images;
using DurableMl.Features.Schemas;
using DurableMl.Features.Tables;
using DurableMl.Features.Transforms;

namespace DurableMl.Inference.Columns;

/// <summary>The transform of a model that was trained on image files: a request holds encoded images, or pixels as bytes.</summary>
internal sealed class ModelImages : ModelTransform
{
    /// <summary>Images of one request. Each may take a decoder's work on <see cref="ImageForm.MaxPixels"/>, however short its file.</summary>
    internal const int MaxImages = 256;

    private const string Input = "image";
    private const long MaxNumbers = 64 << 20;

    // Of images that wait for a run together, beside the server.
    private const int MaxRunNumbers = 16 << 20;

    private readonly ImageTransform transform;
    private readonly string networkInput;

    private ModelImages(ImageTransform transform, string networkInput)
    {
        this.transform = transform;
        this.networkInput = networkInput;
        ImageForm form = transform.Form;
        Signature = new ModelSignature([], LearningTask.Classification, [new SignatureTarget(LabelOutput) { Labels = transform.Labels }])
        {
            Image = new SignatureImage(Input, form.Channels, form.Height, form.Width, form.Fit),
        };
    }

    public override ModelSignature Signature { get; }

    public override int InputWidth => transform.Form.Bytes;

    protected override string Kind => "of images";

    protected override IEnumerable<string> OutputNames => [LabelOutput, ScoresOutput];

    protected override int OutputWidth => transform.Labels.Count;

    /// <summary>The images of a version.</summary>
    /// <exception cref="InvalidModelException">Transform and network do not fit.</exception>
    public static ModelImages Load(ModelManifest manifest, ImageTransform transform, ModelSession session)
    {
        ImageForm form = transform.Form;
        return session.Inputs is [{ Datatype: "FP32", Shape.Count: 4 } input] && input.Accepts([-1, form.Channels, form.Height, form.Width])
            ? new ModelImages(transform, input.Name)
            : throw new InvalidModelException(
                $"Model '{manifest.Model}' version {manifest.Version} cannot be used: its network does not take its transform's images of "
                + $"{form.Channels} x {form.Height} x {form.Width}.");
    }

    // The network takes FP32 alone, whatever its input is called.
    protected override bool IsRawData(InferRequest request) => request.Inputs.Exists(input => input.Type.IsBytes || input.Type.Name == "UINT8");

    protected override float[] ToNumbers(InferRequest request, CancellationToken cancellationToken)
    {
        if (request.Inputs is not [{ Name: Input }])
        {
            throw InferenceException.Field(
                "inputs", $"a request of images has one input, '{Input}', not {string.Join(", ", request.Inputs.Select(input => $"'{input.Name}'"))}.");
        }

        Tensor images = request.Inputs[0];
        long rows = images.Shape.Length == 0 ? 0 : images.Shape[0];
        if (rows is < 1 or > MaxImages || rows * transform.Form.Bytes > MaxNumbers)
        {
            long most = Math.Clamp(MaxNumbers / transform.Form.Bytes, 1, MaxImages);
            throw InferenceException.Input(0, "shape", $"is {TensorShape.Text(images.Shape)}; a request has 1 to {most} images of this model.");
        }

        var numbers = new float[rows * transform.Form.Bytes];
        if (images.Type.IsBytes)
        {
            Decode(images, numbers, cancellationToken);
        }
        else
        {
            Normalise(images, (int)rows, numbers);
        }

        return numbers;
    }

    /// <summary>Reads image files as numbers, by the rules by which a request's are read. Memory holds those of one run.</summary>
    /// <param name="images">The files; their numbers, from 1, are their places.</param>
    /// <param name="batch">Images of a run.</param>
    /// <param name="faults">Receives the files that are left out, before the run that they were beside.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async IAsyncEnumerable<(IReadOnlyList<long> Rows, ReadOnlyMemory<float> Numbers)> ReadAsync(
        IAsyncEnumerable<ImageSource> images, int batch, ICollection<FaultyRow> faults, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int most = Math.Clamp(MaxRunNumbers / InputWidth, 1, batch);
        var numbers = new float[most * InputWidth];
        var rows = new List<long>();
        long number = 0;
        await foreach (ImageSource image in images.WithCancellation(cancellationToken))
        {
            number++;
            try
            {
                transform.Apply(image.Content.Span, image.Name, numbers.AsSpan(rows.Count * InputWidth, InputWidth));
                rows.Add(number);
            }
            catch (ImageFormatException e)
            {
                faults.Add(new FaultyRow(number, image.Name, e.Reason));
            }

            if (rows.Count == most)
            {
                yield return ([.. rows], numbers);
                rows.Clear();
            }
        }

        if (rows.Count + faults.Count > 0)
        {
            yield return ([.. rows], numbers.AsMemory(0, rows.Count * InputWidth));
        }
    }

    protected override Tensor ForNetwork(ReadOnlySpan<float> numbers)
    {
        ImageForm form = transform.Form;
        return Tensor.OfFloats(networkInput, [numbers.Length / form.Bytes, form.Channels, form.Height, form.Width], numbers);
    }

    protected override TensorList Answers(InferRequest request, float[] numbers, string output) => Labelled(numbers, transform.Labels, output);

    private void Decode(Tensor images, float[] numbers, CancellationToken cancellationToken)
    {
        if (images.Shape is not ([_] or [_, 1]))
        {
            throw InferenceException.Input(0, "shape", $"is {TensorShape.Text(images.Shape)}; encoded images have [n], one file for each.");
        }

        int width = transform.Form.Bytes;
        int row = 0;
        foreach (ReadOnlySpan<byte> element in images.Strings)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string place = string.Create(CultureInfo.InvariantCulture, $"inputs[0].data[{row}]");
            try
            {
                transform.Apply(FileOf(element), place, numbers.AsSpan(row++ * width, width));
            }
            catch (ImageFormatException e)
            {
                throw new InferenceException(400, e.Message);
            }
        }
    }

    // In JSON a file is Base64; in binary data it is itself. No image file is valid Base64: all have bytes that it has not.
    private static ReadOnlySpan<byte> FileOf(ReadOnlySpan<byte> element)
    {
        if (!Base64.IsValid(element))
        {
            return element;
        }

        var file = new byte[Base64.GetMaxDecodedFromUtf8Length(element.Length)];
        Base64.DecodeFromUtf8(element, file, out _, out int written);
        return file.AsSpan(0, written);
    }

    private void Normalise(Tensor images, int rows, float[] numbers)
    {
        ImageForm form = transform.Form;
        bool fits = images.Type.Name == "UINT8" && (images.Shape.AsSpan().SequenceEqual([rows, form.Channels, form.Height, form.Width])
            || (form.Channels == 1 && images.Shape.AsSpan().SequenceEqual([rows, form.Height, form.Width])));
        if (!fits)
        {
            throw InferenceException.Input(
                0, "shape", $"is {TensorShape.Text(images.Shape)} of {images.Type.Name}; pixels are UINT8 of [n, {form.Channels}, {form.Height}, {form.Width}], "
                + "encoded images BYTES of [n].");
        }

        transform.Normalise(images.Data, numbers);
    }
}
