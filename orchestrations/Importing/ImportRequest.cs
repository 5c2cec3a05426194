using System.Text.Json;
using DurableMl.Inference.Registry;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Scoring;

namespace DurableMl.Orchestrations.Importing;

/// <summary>What <c>POST api/models/{model}/import</c> takes.</summary>
/// <param name="Source">The model's blob, in container <c>raw</c>.</param>
/// <param name="Sample">A <c>.npy</c> blob in <c>raw</c>: FP32 rows to check parity on.</param>
/// <param name="Format"><c>torchscript</c>, <c>pytorch</c>, <c>keras</c>, <c>savedmodel</c> or <c>tflite</c>.</param>
/// <param name="Definition">For <c>pytorch</c>: the blob in <c>raw</c> with the Python function <c>build()</c>.</param>
/// <param name="Tolerance">The largest relative or absolute difference allowed between the two answers.</param>
/// <param name="Alias">The alias that is to name the new version; null for none.</param>
public sealed record ImportRequest(
    string Source, string Sample, string Format = "torchscript", string? Definition = null, double Tolerance = 1e-3, string? Alias = null)
{
    /// <summary>The longest body that is read, in bytes.</summary>
    public const int MaxBytes = 16 << 10;

    /// <summary>Reads a request.</summary>
    /// <param name="body">Its JSON.</param>
    /// <param name="errors">What is wrong with it.</param>
    /// <returns>The request; null when something is wrong.</returns>
    public static ImportRequest? Read(ReadOnlySpan<byte> body, out IReadOnlyList<PipelineError> errors)
    {
        var found = new List<PipelineError>();
        errors = found;
        ImportRequest? request;
        try
        {
            request = JsonSerializer.Deserialize<ImportRequest>(body, JsonBlobs.Options);
        }
        catch (JsonException e)
        {
            found.Add(new(e.Path ?? "$", e.Message));
            return null;
        }

        if (request is null)
        {
            found.Add(new("$", "must be an object."));
            return null;
        }

        Check(IsBlob(request.Source), "$.source", "must be raw/ and a blob's name of letters, digits and ._=-/");
        Check(IsBlob(request.Sample), "$.sample", "must be raw/ and a blob's name of letters, digits and ._=-/");
        Check(request.Format is "torchscript" or "pytorch" or "keras" or "savedmodel" or "tflite", "$.format", "must be torchscript, pytorch, keras, savedmodel or tflite.");
        Check(request.Format == "pytorch" ? IsBlob(request.Definition) : request.Definition is null, "$.definition", "must be raw/ and a blob's name for format pytorch, and be left out for the others.");
        Check(request.Tolerance is > 0 and <= 1, "$.tolerance", "must be above 0 and at most 1.");
        Check(request.Alias is null || ModelNames.IsAlias(request.Alias), "$.alias", "must be 1 to 32 lower-case letters, digits or '-', beginning with a letter.");
        return found.Count == 0 ? request : null;

        void Check(bool holds, string path, string reason)
        {
            if (!holds)
            {
                found.Add(new(path, reason));
            }
        }
    }

    private static bool IsBlob(string? name) => BlobPrefix.Parse(name, DataContainers.Raw) is not null && !name!.EndsWith('/');
}
