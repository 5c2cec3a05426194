using System.Globalization;
using System.Text.RegularExpressions;

namespace DurableMl.Registry;

/// <summary>
/// What models, versions, aliases and files may be called. Every name is checked here before it becomes part of a blob name or a path.
/// </summary>
public static partial class ModelNames
{
    /// <summary>Whether <paramref name="name"/> is a model's name: 1 to 64 letters, digits, '.', '_' or '-', beginning and ending with a letter or digit, without "..".</summary>
    public static bool IsModel(string? name) => name is not null && ModelPattern().IsMatch(name) && !name.Contains("..", StringComparison.Ordinal);

    /// <summary>Whether <paramref name="name"/> is a version: a whole number from 1 to 999,999,999 without leading zeros.</summary>
    public static bool IsVersion(string? name) => name is not null && VersionPattern().IsMatch(name);

    /// <summary>Whether <paramref name="name"/> is an alias: 1 to 32 lower-case letters, digits or '-', beginning with a letter.</summary>
    public static bool IsAlias(string? name) => name is not null && AliasPattern().IsMatch(name);

    /// <summary>Whether <paramref name="name"/> is a model file's name: up to 8 path segments of 1 to 128 letters, digits, '.', '_' or '-', none starting with '.'.</summary>
    public static bool IsFile(string? name) =>
        name is not null && FilePattern().IsMatch(name) && !name.Contains("..", StringComparison.Ordinal) && name is not (ModelBlobs.Manifest or ModelBlobs.Publication);

    /// <summary>Returns <paramref name="name"/> if it is a model's name.</summary>
    /// <exception cref="InvalidModelNameException">It is not.</exception>
    public static string Model(string? name) => Require(IsModel(name), "model", name, "use 1 to 64 letters, digits, '.', '_' or '-', beginning and ending with a letter or digit");

    /// <summary>Returns <paramref name="name"/> if it is a version.</summary>
    /// <exception cref="InvalidModelNameException">It is not.</exception>
    public static string Version(string? name) => Require(IsVersion(name), "version", name, "use a whole number such as \"1\"");

    /// <summary>Returns <paramref name="name"/> if it is an alias.</summary>
    /// <exception cref="InvalidModelNameException">It is not.</exception>
    public static string Alias(string? name) => Require(IsAlias(name), "alias", name, "use 1 to 32 lower-case letters, digits or '-', beginning with a letter");

    /// <summary>Returns <paramref name="name"/> if it is a file's name.</summary>
    /// <exception cref="InvalidModelNameException">It is not.</exception>
    public static string File(string? name) => Require(IsFile(name), "file", name, "use up to 8 path segments of letters, digits, '.', '_' or '-'");

    private static string Require(bool holds, string kind, string? name, string remedy) => holds ? name! : throw new InvalidModelNameException(kind, name, remedy);

    internal static int VersionNumber(string version) => int.Parse(version, NumberStyles.None, CultureInfo.InvariantCulture);

    // \z, not $: $ also matches before a final line feed.
    [GeneratedRegex(@"\A[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ModelPattern();

    [GeneratedRegex(@"\A[1-9][0-9]{0,8}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex VersionPattern();

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,31}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex AliasPattern();

    [GeneratedRegex(@"\A(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}/){0,7}[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex FilePattern();
}

/// <summary>A name is not one that <see cref="ModelNames"/> allows.</summary>
public sealed class InvalidModelNameException : ArgumentException
{
    internal InvalidModelNameException(string kind, string? name, string remedy)
        : base($"{Printable(name)} is not a {kind} name: {remedy}.")
    {
        Kind = kind;
    }

    /// <summary>What the name was meant to name: <c>model</c>, <c>version</c>, <c>alias</c> or <c>file</c>.</summary>
    public string Kind { get; }

    private static string Printable(string? name) =>
        name is null ? "Nothing" : $"'{string.Concat(name.Take(80).Select(c => char.IsControl(c) ? '?' : c))}{(name.Length > 80 ? "…" : "")}'";
}

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

    /// <summary>What was changed of versions since they were published. Outside the model's folder, for it outlives the model; no model's name begins so.</summary>
    public static string Changes(string model) => $"{AllChanges}{ModelNames.Model(model)}.json";

    /// <summary>What the names of all of those begin with.</summary>
    public const string AllChanges = "_changes/";

    /// <summary>Where servers log requests of a version.</summary>
    public static string Requests(string model, string version) => $"{Prefix(model)}requests/{ModelNames.Version(version)}/";

    public static string File(string model, string version, string file) => Prefix(model) + ModelNames.Version(version) + "/" + file;
}
