using System.Globalization;
using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Local.BatchEmulator.Files;
using DurableMl.Local.BatchEmulator.Tasks;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Storage;

/// <summary>Stores a task's output files in containers after the command has ended.</summary>
internal sealed class OutputFiles(TimeProvider clock)
{
    /// <summary>Uploads what the conditions ask for and logs it in the task directory.</summary>
    /// <returns>What went wrong, or null.</returns>
    public async Task<TaskFailure?> StoreAsync(IReadOnlyList<JsonObject> files, string taskDirectory, bool succeeded, CancellationToken cancellationToken)
    {
        var wanted = files.Where(f => Wanted(f, succeeded)).ToList();
        if (wanted.Count == 0)
        {
            return null;
        }

        // As on a node: what was uploaded is listed beside the task's own output.
        await using var log = new StreamWriter(Path.Combine(taskDirectory, "fileuploadout.txt"), append: true);
        await using var errors = new StreamWriter(Path.Combine(taskDirectory, "fileuploaderr.txt"), append: true);
        foreach (var file in wanted)
        {
            var pattern = new FilePattern(file.Text("filePattern")!);
            var destination = file.Object("destination")!.Object("container")!;
            var url = destination.Text("containerUrl")!;
            try
            {
                var matches = pattern.Match(Path.Combine(taskDirectory, "wd"), taskDirectory);
                var container = new BlobContainerClient(new Uri(url));
                foreach (var (output, name) in matches)
                {
                    var blob = BlobName(pattern, destination.Text("path"), name);
                    await using var content = FileTree.Open(output);
                    await container.GetBlobClient(blob).UploadAsync(content, new BlobUploadOptions { HttpHeaders = Headers(destination) }, cancellationToken);
                    await log.WriteLineAsync($"{Iso8601.Time(clock.GetUtcNow())} {Path.GetRelativePath(taskDirectory, output.FullName)} -> {blob}");
                }

                if (matches.Count == 0)
                {
                    await log.WriteLineAsync($"{Iso8601.Time(clock.GetUtcNow())} {pattern.Pattern}: no file matches");
                }
            }
            catch (Exception e) when (e is RequestFailedException or AggregateException or IOException or UnauthorizedAccessException or UriFormatException)
            {
                var reason = e is RequestFailedException failed ? failed.Status.ToString(CultureInfo.InvariantCulture) + " " + failed.ErrorCode : e.Message.Split('?')[0];
                await errors.WriteLineAsync($"{Iso8601.Time(clock.GetUtcNow())} {pattern.Pattern}: {reason}");
                return TaskFailure.User("FileUploadMiscError", "Miscellaneous error encountered while uploading one of the output files",
                    ("FilePattern", pattern.Pattern), ("ContainerUrl", url.Split('?')[0]), ("Message", reason));
            }
        }

        return null;
    }

    /// <summary>Whether an upload header of the name is understood, with or without its x-ms-blob- prefix.</summary>
    public static bool IsHeader(string name) =>
        HeaderName(name) is "CONTENT-TYPE" or "CONTENT-ENCODING" or "CONTENT-LANGUAGE" or "CONTENT-DISPOSITION" or "CACHE-CONTROL";

    /// <summary>One file takes the path as its name; what a wildcard matched goes below it.</summary>
    internal static string BlobName(FilePattern pattern, string? path, string name) =>
        string.IsNullOrEmpty(path) ? name : pattern.HasWildcard ? path.TrimEnd('/') + "/" + name : path;

    private static string HeaderName(string name) => name.ToUpperInvariant().Replace("X-MS-BLOB-", "", StringComparison.Ordinal);

    private static bool Wanted(JsonObject file, bool succeeded) => file.Object("uploadOptions")!.Text("uploadCondition") switch
    {
        "tasksuccess" => succeeded,
        "taskfailure" => !succeeded,
        _ => true,
    };

    private static BlobHttpHeaders Headers(JsonObject destination)
    {
        var headers = new BlobHttpHeaders();
        foreach (var header in destination.Objects("uploadHeaders"))
        {
            var value = header.Text("value");
            switch (HeaderName(header.Text("name")!))
            {
                case "CONTENT-TYPE": headers.ContentType = value; break;
                case "CONTENT-ENCODING": headers.ContentEncoding = value; break;
                case "CONTENT-LANGUAGE": headers.ContentLanguage = value; break;
                case "CONTENT-DISPOSITION": headers.ContentDisposition = value; break;
                case "CACHE-CONTROL": headers.CacheControl = value; break;
            }
        }

        return headers;
    }
}
