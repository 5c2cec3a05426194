using System.IO.Compression;
using System.Text.Json;
using DurableMl.Cli.Commands;

namespace DurableMl.Cli.Jobs;

/// <summary>A job of one's own: a folder with a <c>job.json</c>.</summary>
/// <param name="Path">The folder, a full path.</param>
/// <param name="Name">Its name, as <c>job.json</c> gives it.</param>
/// <param name="Command">The program and its arguments.</param>
/// <param name="Parameters">The defaults of its hyperparameters, by name.</param>
internal sealed record JobFolder(string Path, string Name, IReadOnlyList<string> Command, IReadOnlyDictionary<string, JsonElement> Parameters)
{
    private const string Definition = "job.json";

    /// <summary>Reads what is needed of the definition here; whoever runs the job on a cluster checks all of it.</summary>
    /// <exception cref="CliException">There is no job in the folder, or its definition cannot be read.</exception>
    public static JobFolder Read(string folder)
    {
        string path = System.IO.Path.GetFullPath(folder);
        string file = System.IO.Path.Combine(path, Definition);
        if (!File.Exists(file))
        {
            throw new CliException($"There is no {file}: a job is a folder with a job.json. ./durableml jobs init NAME writes one.") { ExitCode = ExitCodes.Usage };
        }

        try
        {
            JsonElement job = JsonElement.Parse(File.ReadAllText(file));
            return new JobFolder(
                path,
                job.GetProperty("name").GetString() ?? throw new CliException($"{file}: name must be a text."),
                [.. job.GetProperty("command").EnumerateArray().Select(argument => argument.GetString() ?? "")],
                job.TryGetProperty("parameters", out JsonElement parameters)
                    ? parameters.EnumerateObject().ToDictionary(parameter => parameter.Name, parameter => parameter.Value.GetProperty("default"), StringComparer.Ordinal)
                    : new Dictionary<string, JsonElement>(StringComparer.Ordinal));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new CliException($"{file} cannot be read: it needs a name, a command (an array of texts) and, of each parameter, a default. {exception.Message}", exception);
        }
    }

    /// <summary>Its files in a ZIP archive, without what Python, version control and editors leave beside them.</summary>
    public MemoryStream Pack()
    {
        var content = new MemoryStream();
        using (var archive = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (string file in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                string name = System.IO.Path.GetRelativePath(Path, file).Replace('\\', '/');
                if (!name.Split('/').Any(part => part.StartsWith('.') || part is "__pycache__") && !name.EndsWith(".pyc", StringComparison.Ordinal))
                {
                    archive.CreateEntryFromFile(file, name);
                }
            }
        }

        content.Position = 0;
        return content;
    }
}
