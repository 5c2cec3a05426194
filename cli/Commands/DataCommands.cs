using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using DurableMl.Cli.Pipelines;
using DurableMl.Cli.Progress;
using Spectre.Console;

namespace DurableMl.Cli.Commands;

/// <summary><c>upload</c> and <c>datasets</c>: raw data on its way in, and what became of it.</summary>
internal static class DataCommands
{
    private const int NamesAtATime = 200;
    private const int ParallelUploads = 8;

    /// <summary>Makes <c>upload</c>.</summary>
    public static Command Upload()
    {
        var command = new Command("upload", "Upload a file, or a folder with all that is in it, as raw data.");
        var path = new Argument<string>("path") { Description = "The file or folder." };
        var to = new Option<string?>("--to") { Description = "Where to, for example raw/penguins/; by default raw/ and the folder's name." };
        var api = new ApiOptions();
        command.Arguments.Add(path);
        command.Options.Add(to);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            IReadOnlyList<(string File, string Name)> files = Files(result.GetRequiredValue(path), result.GetValue(to));
            await UploadAsync(new ApiConnection(http), files, Console.Out, cancellationToken);
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Makes <c>datasets</c>.</summary>
    public static Command Datasets()
    {
        var command = new Command("datasets", "List the datasets that runs have prepared, with their versions.");
        var api = new ApiOptions();
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            var table = new Table().RoundedBorder().AddColumns("dataset", "version", "created", "examples");
            foreach (JsonNode? dataset in (await new ApiConnection(http).JsonAsync(HttpMethod.Get, "api/datasets", null, cancellationToken))["datasets"]!.AsArray())
            {
                table.AddRow(
                    new Text(dataset!["name"]!.ToString()),
                    new Text(dataset["version"]!.ToString()[..12]),
                    new Text(dataset["createdAt"]!.GetValue<DateTimeOffset>().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
                    new Text(string.Join(", ", dataset["examples"]!.AsObject().Select(split => $"{split.Key} {split.Value}"))));
            }

            Terminal.Open().Write(table);
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>The files to upload, and the blobs that they become. What begins with a dot stays behind.</summary>
    /// <exception cref="CliException">There is no such file or folder, or the target is not in raw/.</exception>
    internal static IReadOnlyList<(string File, string Name)> Files(string path, string? to)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        bool isFolder = Directory.Exists(full);
        if (!isFolder && !File.Exists(full))
        {
            throw new CliException($"There is no file or folder {full}.") { ExitCode = ExitCodes.Usage };
        }

        string folder = to ?? (isFolder ? $"raw/{Path.GetFileName(full)}/" : $"raw/{Path.GetFileNameWithoutExtension(full)}/");
        if (!folder.StartsWith("raw/", StringComparison.Ordinal) || folder.Length == "raw/".Length)
        {
            throw new CliException($"--to {to}: raw data goes below raw/, for example raw/penguins/.") { ExitCode = ExitCodes.Usage };
        }

        if (!isFolder)
        {
            return [(full, folder.EndsWith('/') ? folder + Path.GetFileName(full) : folder)];
        }

        (string, string)[] files =
        [
            .. Directory.EnumerateFiles(full, "*", SearchOption.AllDirectories)
                .Select(file => (file, Path.GetRelativePath(full, file).Replace('\\', '/')))
                .Where(each => !each.Item2.Split('/').Any(part => part.StartsWith('.')))
                .OrderBy(each => each.Item2, StringComparer.Ordinal)
                .Select(each => (each.file, folder.TrimEnd('/') + "/" + each.Item2)),
        ];
        return files.Length > 0 ? files : throw new CliException($"{full} has no files.");
    }

    /// <summary>Uploads files straight to storage, by URLs that the app signs. A pipeline.json goes last: its arrival starts a run.</summary>
    /// <exception cref="CliException">The app or storage refused.</exception>
    internal static async Task UploadAsync(ApiConnection api, IReadOnlyList<(string File, string Name)> files, TextWriter output, CancellationToken cancellationToken)
    {
        int done = 0;
        foreach (var part in files.Where(file => !StartsRun(file)).Chunk(NamesAtATime).Concat(files.Where(StartsRun).Chunk(NamesAtATime)))
        {
            JsonNode answer = await api.JsonAsync(
                HttpMethod.Post, "api/uploads", new JsonObject { ["names"] = new JsonArray([.. part.Select(file => JsonValue.Create(file.Name))]) }, cancellationToken);
            Uri[] urls = [.. answer["uploads"]!.AsArray().Select(upload => new Uri(upload!["url"]!.GetValue<string>()))];
            await Parallel.ForEachAsync(part.Zip(urls), new ParallelOptions { MaxDegreeOfParallelism = ParallelUploads, CancellationToken = cancellationToken }, async (file, token) =>
            {
                try
                {
                    await new BlobClient(file.Second).UploadAsync(file.First.File, overwrite: true, token);
                }
                catch (RequestFailedException exception)
                {
                    throw new CliException($"{file.First.File} could not be uploaded: {exception.Message.Split('\n')[0]}", exception);
                }
            });
            done += part.Length;
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{done} of {files.Count} files, {part[^1].Name} the last"));
        }
    }

    private static bool StartsRun((string File, string Name) file) => file.Name.EndsWith("/pipeline.json", StringComparison.Ordinal);
}
