namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Where a dataset's blobs lie in the <c>datasets</c> container.</summary>
internal static class DatasetBlobs
{
    /// <summary>A file of a published version.</summary>
    public static string File(string dataset, string version, string file) => $"{dataset}/{version}/{file}";

    /// <summary>Which version some inputs gave. No version is called "inputs": versions are 64 hexadecimal digits.</summary>
    public static string Inputs(string dataset, string fingerprint) => $"{dataset}/inputs/{fingerprint}.json";

    /// <summary>What a run prepares before the version is known. Of its own for each run, so that two runs never touch each other's files.</summary>
    public static string Staging(string dataset, string runId) => $"{dataset}/staging/{runId}/";

    /// <summary>One byte per training example: 1 for validation.</summary>
    public static string Mask(string dataset, string runId) => Staging(dataset, runId) + "validation.bin";

    /// <summary>Which rows become what: the plan of a table; the classes of images.</summary>
    public static string Plan(string dataset, string runId) => Staging(dataset, runId) + "plan.json";

    /// <summary>What was fetched of a source that is no folder of blobs.</summary>
    public static string Fetched(string dataset, string runId, int source) => Staging(dataset, runId) + $"source-{source:D3}.json";

    /// <summary>What an archive among the raw files held.</summary>
    public static string Unpacked(string dataset, string runId, string key) => Staging(dataset, runId) + $"unpacked-{key}.json";

    /// <summary>What a step made of the raw files.</summary>
    public static string StepOutput(string dataset, string runId, int step) => Staging(dataset, runId) + $"step-{step:D3}.json";

    /// <summary>
    /// A file that was fetched. Its key follows from what it is, so that another run finds it there; no version is called "fetched".
    /// </summary>
    public static string FetchedFile(string dataset, string key, string path) => $"{dataset}/fetched/{key}/{path}";

    /// <summary>Which images are of a part.</summary>
    public static string ImagePart(string dataset, string runId, int part) => Staging(dataset, runId) + $"images-{part:D5}.json";

    /// <summary>What became of a part's images.</summary>
    public static string DecodedPart(string dataset, string runId, int part) => Staging(dataset, runId) + $"decoded-{part:D5}.json";

    /// <summary>The folder of decoded images, in IDX files.</summary>
    public static string Decoded(string dataset, string runId) => Staging(dataset, runId) + "decoded/";

    /// <summary>The pixels of decoded images.</summary>
    public static string DecodedImages(string dataset, string runId, bool test) => Decoded(dataset, runId) + (test ? "test" : "train") + "-images";

    /// <summary>The classes of decoded images.</summary>
    public static string DecodedLabels(string dataset, string runId, bool test) => Decoded(dataset, runId) + (test ? "test" : "train") + "-labels";

    /// <summary>What a part of a table reads.</summary>
    public static string Part(string dataset, string runId, int part) => Staging(dataset, runId) + $"part-{part:D5}.json";

    /// <summary>The small files of a part, one after the other, each behind its length.</summary>
    public static string Pack(string dataset, string runId, int part) => Staging(dataset, runId) + $"pack-{part:D5}.bin";

    /// <summary>The keys that a part's rows are divided by.</summary>
    public static string Keys(string dataset, string runId, int part) => Staging(dataset, runId) + $"keys-{part:D5}.bin";

    /// <summary>Where the splits of each class end.</summary>
    public static string Bounds(string dataset, string runId) => Staging(dataset, runId) + "bounds.json";

    /// <summary>What of a table's part could not be read.</summary>
    public static string Failed(string dataset, string runId, int part) => Staging(dataset, runId) + $"failed-{part:D5}.json";

    /// <summary>What the names of the hashes of all parts begin with.</summary>
    public static string Hashes(string dataset, string runId) => Staging(dataset, runId) + "hashes-";

    /// <summary>The figures of a part's rows.</summary>
    public static string Statistics(string dataset, string runId, int part) => Staging(dataset, runId) + $"statistics-{part:D5}.json";
}
