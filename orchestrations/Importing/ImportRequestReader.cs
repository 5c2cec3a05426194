using DurableMl.Json;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Scoring;
using DurableMl.Registry;

namespace DurableMl.Orchestrations.Importing;

/// <summary>Reads and checks import requests.</summary>
public static class ImportRequestReader
{
    private const string BlobName = "must be raw/ and a blob's name: " + BlobPrefix.Names;
    private const string ArrayName = "must be raw/ and the name of a blob that ends in .npy or .npz: " + BlobPrefix.Names + ".";

    /// <summary>Reads a request.</summary>
    /// <param name="body">Its JSON.</param>
    /// <param name="errors">What is wrong with it.</param>
    /// <returns>The request; null when something is wrong.</returns>
    public static ImportRequest? Read(ReadOnlySpan<byte> body, out IReadOnlyList<PipelineError> errors)
    {
        ImportRequest? request = StrictJson.Read<ImportRequest>(body.ToArray(), JsonBlobs.Options, out IReadOnlyList<JsonProblem> problems);
        errors = request is null ? [.. problems.Select(problem => new PipelineError(problem.Path, problem.Reason))] : Check(request);
        return errors.Count == 0 ? request : null;
    }

    private static List<PipelineError> Check(ImportRequest request)
    {
        var found = new List<PipelineError>();
        Require(IsBlob(request.Source), "$.source", BlobName + ".");
        if (request.Sample is not null)
        {
            Require(IsArrays(request.Sample), "$.sample", ArrayName);
        }
        else if (request.Format != ImportFormats.Onnx)
        {
            Require(false, "$.sample", $"is required for all formats but onnx: the original is asked with it. It {ArrayName}");
        }
        else
        {
            Require(request.Expected is null, "$.sample", $"is required where $.expected says what it should be answered. It {ArrayName}");
        }

        Require(ImportFormats.All.Contains(request.Format), "$.format", $"must be one of {string.Join(", ", ImportFormats.All)}.");
        Require(
            request.Format == ImportFormats.PyTorch ? IsBlob(request.Definition) : request.Definition is null,
            "$.definition",
            "is for format pytorch, which needs it, and must be left out for the others; it " + BlobName + ".");
        Require(request.Tolerance is > 0 and <= 1, "$.tolerance", "must be above 0 and at most 1.");
        Require(request.Alias is null || ModelNames.IsAlias(request.Alias), "$.alias", "must be 1 to 32 lower-case letters, digits or '-', beginning with a letter.");
        found.AddRange(request.Serving?.Problems("$.serving").Select(problem => new PipelineError(problem.Path, problem.Reason)) ?? []);

        if (request.Format == ImportFormats.Onnx)
        {
            CheckOnnx(request, Require);
        }
        else
        {
            Require(request.Weights is null, "$.weights", "is for format onnx only; leave it out.");
            Require(request.Expected is null, "$.expected", "is for format onnx only; for the others the original says what to expect.");
        }

        return found;

        void Require(bool holds, string path, string reason)
        {
            if (!holds)
            {
                found.Add(new(path, reason));
            }
        }
    }

    private static void CheckOnnx(ImportRequest request, Action<bool, string, string> require)
    {
        bool isArchive = EndsIn(request.Source, ".zip");
        require(isArchive || EndsIn(request.Source, ".onnx"), "$.source", "must end in .onnx or, for a model with its weights, in .zip.");
        require(request.Expected is null || IsArrays(request.Expected), "$.expected", ArrayName);
        IReadOnlyList<string> weights = request.Weights ?? [];
        require(weights.Count == 0 || !isArchive, "$.weights", "must be left out where the source is a .zip; put them into it.");
        require(weights.Count <= ImportRequest.MaxWeights, "$.weights", $"must be at most {ImportRequest.MaxWeights}; put them into a .zip with the model.");
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { OnnxFiles.Entry, OnnxFiles.Sample };
        for (int i = 0; i < weights.Count; i++)
        {
            bool isFile = IsBlob(weights[i]) && ModelNames.IsFile(OnnxFiles.NameOf(weights[i]));
            require(isFile, $"$.weights[{i}]", BlobName + "; what follows the last / is the file's name, of letters, digits, '.', '_' or '-', not beginning with a dot.");
            require(!isFile || names.Add(OnnxFiles.NameOf(weights[i])), $"$.weights[{i}]", $"must have another name than the other weights, {OnnxFiles.Entry} and {OnnxFiles.Sample}.");
        }
    }

    private static bool IsBlob(string? name) => BlobPrefix.Parse(name, DataContainers.Raw) is not null && !name!.EndsWith('/');

    private static bool IsArrays(string? name) => IsBlob(name) && (EndsIn(name, ".npy") || EndsIn(name, ".npz"));

    private static bool EndsIn(string? name, string ending) => name?.EndsWith(ending, StringComparison.OrdinalIgnoreCase) == true;
}
