namespace DurableMl.Inference.Serving;

/// <summary>Settings of the inference server, section <c>Inference</c>.</summary>
public sealed class InferenceOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Inference";

    /// <summary>Folder of model files; may be a mounted share that several instances use. Default: <c>durableml-models</c> under the temporary folder.</summary>
    public string CacheFolder { get; set; } = Path.Combine(Path.GetTempPath(), "durableml-models");

    /// <summary>
    /// Folder of model files that came with the program, each named by its SHA-256: they are copied rather than downloaded, so that a fresh instance
    /// waits for the rest of a model only. Empty for none.
    /// </summary>
    public string PackageFolder { get; set; } = "";

    /// <summary>Bytes of model files to keep on disk.</summary>
    public long MaxDiskBytes { get; set; } = 20L << 30;

    /// <summary>Bytes of memory that loaded models may take, as measured: weights, and what the largest run so far needed. Those not used for longest leave; models in use are kept even beyond that.</summary>
    public long MaxMemoryBytes { get; set; } = 2L << 30;

    /// <summary>Bytes that one model may have.</summary>
    public long MaxModelBytes { get; set; } = 8L << 30;

    /// <summary>Bytes of a request's body, after decompression.</summary>
    public int MaxRequestBytes { get; set; } = 64 << 20;

    /// <summary>Bytes that the bodies of all requests, with the tensors decoded from them, may take up in memory together; one that needs more is answered 503.</summary>
    public long MaxRequestMemoryBytes { get; set; } = 1L << 30;

    /// <summary>Seconds that a request may take.</summary>
    public double MaxRequestSeconds { get; set; } = 30;

    /// <summary>Seconds between two looks at the aliases and traffic rules of a model in use.</summary>
    public double RefreshSeconds { get; set; } = 1;

    /// <summary>
    /// Models to load and warm up at start, separated by commas; <c>*</c> for all that have a champion (64 at most). Empty, the default, for none: a
    /// model is loaded with its first request, which takes longer then.
    /// </summary>
    public string Preload { get; set; } = "";
}
