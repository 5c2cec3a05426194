using System.Globalization;
using Azure.Storage.Blobs;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>The raw examples of a block.</summary>
internal sealed class BlockExamples
{
    private const long MaxClasses = 1000;

    private readonly RawFile file;
    private readonly byte[] elements;
    private readonly int first;
    private readonly double[] numbers;

    private BlockExamples(RawFile file, byte[] elements, int first)
    {
        this.file = file;
        this.elements = elements;
        this.first = first;
        numbers = AreBytes ? [] : new double[file.Header.ExampleLength];
    }

    /// <summary>Whether they are pixels, 0 to 255.</summary>
    public bool AreBytes => file.Header.Element == ElementType.UInt8;

    /// <exception cref="DatasetFormatException">The raw file is cut short or has changed.</exception>
    public static async Task<BlockExamples> ReadAsync(BlobServiceClient blobs, BlockInput input, CancellationToken cancellationToken)
    {
        RawFile file = input.Raw.Features;
        byte[] elements = await ArrayBlob.ReadExamplesAsync(blobs, file, input.Block.Start, input.Block.Count, cancellationToken);
        return new BlockExamples(file, elements, input.Block.Start);
    }

    /// <summary>Reads some examples to see whether they can be.</summary>
    /// <exception cref="DatasetFormatException">They cannot, or hold what is no finite number.</exception>
    public static async Task CheckAsync(BlobServiceClient blobs, RawFile file, int first, int count, CancellationToken cancellationToken)
    {
        var examples = new BlockExamples(file, await ArrayBlob.ReadExamplesAsync(blobs, file, first, count, cancellationToken), first);
        for (int i = 0; i < count && !examples.AreBytes; i++)
        {
            examples.Numbers(i);
        }
    }

    /// <summary>The classes of some examples.</summary>
    /// <exception cref="DatasetFormatException">A label is no class, or the raw file is cut short or has changed.</exception>
    public static async Task<long[]> LabelsAsync(BlobServiceClient blobs, RawFile file, int first, int count, CancellationToken cancellationToken)
    {
        byte[] elements = await ArrayBlob.ReadExamplesAsync(blobs, file, first, count, cancellationToken);
        var numbers = new double[count];
        file.Header.ToNumbers(elements, numbers);
        // NumPy makes floats of whole numbers easily; what they are not is a label.
        int wrong = Array.FindIndex(numbers, number => !(number is >= 0 and < MaxClasses && number == Math.Floor(number)));
        return wrong < 0
            ? Array.ConvertAll(numbers, number => (long)number)
            : throw new DatasetFormatException(
                file.Place, $"labels that are whole numbers of 0 to {MaxClasses - 1}", string.Create(CultureInfo.InvariantCulture, $"{numbers[wrong]} for example {first + wrong}"));
    }

    /// <summary>An example's bytes.</summary>
    public ReadOnlySpan<byte> Bytes(int example) => elements.AsSpan(example * file.Header.ExampleBytes, file.Header.ExampleBytes);

    /// <summary>An example's numbers, until the next call.</summary>
    /// <exception cref="DatasetFormatException">One is not finite, or beyond what float32 holds.</exception>
    public ReadOnlySpan<double> Numbers(int example)
    {
        file.Header.ToNumbers(Bytes(example), numbers);
        foreach (double number in numbers)
        {
            if (!(Math.Abs(number) <= float.MaxValue))
            {
                throw new DatasetFormatException(
                    file.Place, "finite numbers within float32", string.Create(CultureInfo.InvariantCulture, $"{number} in example {first + example}"));
            }
        }

        return numbers;
    }
}
