namespace DurableMl.Inference.Registry;

/// <summary>Where the registry keeps what, in the <c>models</c> container.</summary>
internal static class ModelBlobs
{
    public const string Container = "models";

    /// <summary>Describes a version. Written last: a version exists when this blob does.</summary>
    public const string Manifest = "model.json";

    /// <summary>Claims a version number for one publication. Written first, by conditional create.</summary>
    public const string Publication = "publication.json";

    public static string Prefix(string model) => ModelNames.Model(model) + "/";

    public static string Aliases(string model) => Prefix(model) + "aliases.json";

    public static string Traffic(string model) => Prefix(model) + "traffic.json";

    public static string File(string model, string version, string file) => Prefix(model) + ModelNames.Version(version) + "/" + file;
}
