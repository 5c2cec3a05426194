using DurableMl.Registry;

namespace DurableMl.Orchestrations.Importing;

/// <summary>What <c>POST api/models/{model}/import</c> takes.</summary>
/// <param name="Source">The model's blob, in container <c>raw</c>.</param>
/// <param name="Sample">A <c>.npy</c> or <c>.npz</c> blob in <c>raw</c>: the model's input, or its inputs by name. For <c>onnx</c> it may be left out where nothing is
/// expected: one is made from what the model declares.</param>
/// <param name="Format">One of <see cref="ImportFormats"/>.</param>
/// <param name="Definition">For <c>pytorch</c>: the blob in <c>raw</c> with the Python function <c>build()</c>.</param>
/// <param name="Tolerance">The largest relative or absolute difference allowed between the two answers, where they are not whole numbers.</param>
/// <param name="Alias">The alias that is to name the new version; null for none.</param>
/// <param name="Weights">For <c>onnx</c>: the blobs in <c>raw</c> with the weights that the model file refers to, under the names that it gives them.</param>
/// <param name="Expected">For <c>onnx</c>: a <c>.npy</c> or <c>.npz</c> blob in <c>raw</c> with what the model should answer to the sample.</param>
/// <param name="Serving">How the new version is to be served; null for the defaults. NaN in the sample sets <see cref="ServingOptions.AcceptNaN"/> besides.</param>
public sealed record ImportRequest(
    string Source,
    string? Sample = null,
    string Format = ImportFormats.TorchScript,
    string? Definition = null,
    double Tolerance = 1e-3,
    string? Alias = null,
    IReadOnlyList<string>? Weights = null,
    string? Expected = null,
    ServingOptions? Serving = null)
{
    /// <summary>The longest body that is read, in bytes.</summary>
    public const int MaxBytes = 16 << 10;

    /// <summary>The most blobs of weights.</summary>
    public const int MaxWeights = 64;
}
