using System.Text.Json;

namespace DurableMl.Features.Images;

/// <summary>
/// Turns encoded images into the numbers that a model takes. Fitted on the training split, kept beside the dataset and the model as
/// <c>transform.json</c>, and applied by preprocessing and by serving alike.
/// </summary>
/// <param name="Format">Always <see cref="CurrentFormat"/>.</param>
/// <param name="Form">What each image is brought into.</param>
/// <param name="Normalisation">What is done to its bytes.</param>
/// <param name="Labels">The classes, in the order of their numbers.</param>
public sealed record ImageTransform(string Format, ImageForm Form, Normalisation Normalisation, IReadOnlyList<string> Labels)
{
    /// <summary>This format's name.</summary>
    public const string CurrentFormat = "durableml-image-transform/1";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>Reads <c>transform.json</c>; null where it is one of another format, such as a table's.</summary>
    /// <exception cref="InvalidDataException">It is not JSON, or its members are not those of an image transform.</exception>
    public static ImageTransform? Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            JsonElement json = JsonSerializer.Deserialize<JsonElement>(utf8, Json);
            return json.ValueKind == JsonValueKind.Object && json.TryGetProperty("format", out JsonElement format) && format.ValueKind == JsonValueKind.String
                && format.ValueEquals(CurrentFormat) ? json.Deserialize<ImageTransform>(Json) : null;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"transform.json is not valid: {e.Message}", e);
        }
    }

    /// <summary>The bytes of <c>transform.json</c>, the same for the same transform.</summary>
    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>The numbers of one image.</summary>
    /// <param name="file">The encoded image.</param>
    /// <param name="place">What it is, for messages.</param>
    /// <param name="numbers">Receives them: channel by channel, row by row.</param>
    /// <exception cref="ImageFormatException">It cannot be decoded.</exception>
    public void Apply(ReadOnlySpan<byte> file, string place, Span<float> numbers) => Normalise(Form.Read(file, place), numbers);

    /// <summary>The numbers of pixels that are in the form already.</summary>
    /// <param name="pixels">Their bytes, image by image.</param>
    /// <param name="numbers">Receives a number for each.</param>
    public void Normalise(ReadOnlySpan<byte> pixels, Span<float> numbers)
    {
        float[] table = Normalisation.Table();
        for (int i = 0; i < pixels.Length; i++)
        {
            numbers[i] = table[pixels[i]];
        }
    }
}
