using System.Text.Json;
using System.Text.Json.Nodes;

namespace DurableMl.FunctionsHost.App;

/// <summary>A .NET isolated Functions app as its build leaves it: what to start, which functions it has, how it is configured.</summary>
internal sealed class FunctionApp
{
    private const string MetadataFile = "functions.metadata";
    private const string WorkerConfigFile = "worker.config.json";

    /// <summary>JSON as the Functions tools accept it: with comments and trailing commas.</summary>
    internal static readonly JsonDocumentOptions Json = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The app's folder, absolute.</summary>
    public required string Folder { get; init; }

    /// <summary>The program that runs the app: <c>dotnet</c>, or the app's own executable.</summary>
    public required string Executable { get; init; }

    /// <summary>The app's assembly, absolute.</summary>
    public required string EntryAssembly { get; init; }

    /// <summary>The functions whose description can be read.</summary>
    public required IReadOnlyList<FunctionDefinition> Functions { get; init; }

    /// <summary>Functions that cannot be started, and why.</summary>
    public required IReadOnlyDictionary<string, string> Faults { get; init; }

    /// <summary>host.json.</summary>
    public required HostJson Host { get; init; }

    /// <summary>local.settings.json.</summary>
    public required LocalSettings Settings { get; init; }

    /// <summary>Reads an app from its build output.</summary>
    /// <param name="folder">The folder with functions.metadata, worker.config.json and host.json.</param>
    /// <param name="environment">The host's environment variables; they have precedence over the files.</param>
    /// <exception cref="AppFileException">A file is missing or wrong; the message names it.</exception>
    public static FunctionApp Load(string folder, IEnumerable<KeyValuePair<string, string>> environment)
    {
        folder = Path.GetFullPath(folder);
        if (!Directory.Exists(folder))
        {
            throw new AppFileException(
                folder, "there is no such folder. Give the folder that `dotnet build` or `dotnet publish` wrote the app to.");
        }

        var faults = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var functions = ReadFunctions(Path.Combine(folder, MetadataFile), faults);
        var worker = Path.Combine(folder, WorkerConfigFile);
        var description = ReadObject(worker)["description"] as JsonObject
            ?? throw new AppFileException(worker, "the object 'description' is missing.");
        var settings = LocalSettings.Read(Path.Combine(folder, "local.settings.json"));
        return new FunctionApp
        {
            Folder = folder,
            Executable = Required("defaultExecutablePath"),
            EntryAssembly = Path.Combine(folder, Required("defaultWorkerPath")),
            Functions = functions,
            Faults = faults,
            Host = HostJson.Read(Path.Combine(folder, "host.json"), settings.Values.Concat(environment)),
            Settings = settings,
        };

        string Required(string member) =>
            Text(description, member) ?? throw new AppFileException(worker, $"'description.{member}' is missing.");
    }

    /// <summary>The function of this name, or null; names have no case.</summary>
    public FunctionDefinition? Find(string name) =>
        Functions.FirstOrDefault(function => string.Equals(function.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads a file that holds one JSON object.</summary>
    /// <exception cref="AppFileException">It cannot be read, or holds something else.</exception>
    internal static JsonObject ReadObject(string path) =>
        ReadNode(path) as JsonObject ?? throw new AppFileException(path, "it must hold a JSON object.");

    private static JsonNode? ReadNode(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path), new JsonNodeOptions { PropertyNameCaseInsensitive = true }, Json);
        }
        catch (FileNotFoundException)
        {
            throw new AppFileException(path, "the file is missing. Is this the build output of a .NET isolated Functions app?");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            throw new AppFileException(path, e.Message);
        }
    }

    private static List<FunctionDefinition> ReadFunctions(string path, Dictionary<string, string> faults)
    {
        if (ReadNode(path) is not JsonArray list)
        {
            throw new AppFileException(path, "it must hold a list of functions.");
        }

        var functions = new List<FunctionDefinition>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is not JsonObject function || Text(function, "name") is not { Length: > 0 } name)
            {
                throw new AppFileException(path, $"function {i} has no 'name'.");
            }

            if (!names.Add(name))
            {
                faults[name] = "two functions have this name; names are compared without case.";
                functions.RemoveAll(other => string.Equals(other.Name, name, StringComparison.OrdinalIgnoreCase));
                continue;
            }

            try
            {
                functions.Add(FunctionDefinition.Parse(name, function));
            }
            catch (FormatException e)
            {
                faults[name] = e.Message;
            }
        }

        return functions;
    }

    internal static string? Text(JsonObject node, string name) =>
        node[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}

/// <summary>A file of the app stops it from being started.</summary>
/// <param name="path">The file.</param>
/// <param name="reason">What is wrong with it.</param>
internal sealed class AppFileException(string path, string reason) : Exception($"{path}: {reason}");
