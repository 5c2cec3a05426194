using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Local.BatchEmulator.Tasks;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Storage;

/// <summary>Brings resource files onto a node: one URL, or a container with a prefix, be it any or one of the linked account.</summary>
internal sealed class ResourceFiles(HttpClient http, LinkedStorage storage, TimeProvider clock)
{
    private const int Tries = 4;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Fetches all of them into the directory.</summary>
    /// <exception cref="TransferException">One of them could not be fetched.</exception>
    public async Task FetchAsync(IReadOnlyList<JsonObject> files, string directory, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            if (file.Text("httpUrl") is { } url)
            {
                var target = Target(directory, file.Text("filePath")!);
                await FetchUrlAsync(url, target, cancellationToken);
                SetMode(target, file.Text("fileMode"));
            }
            else
            {
                await FetchContainerAsync(file, directory, cancellationToken);
            }
        }
    }

    private static string Target(string directory, string filePath)
    {
        var full = Path.GetFullPath(Path.Combine(directory, filePath));
        if (!full.StartsWith(Path.GetFullPath(directory) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new TransferException(TaskFailure.User("ResourceFileCreateFailed", "The resource file's path leads out of the working directory", ("FilePath", filePath)));
        }

        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        return full;
    }

    private static void SetMode(string path, string? fileMode)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // The documented default is 0770.
        var mode = Convert.ToInt32(string.IsNullOrEmpty(fileMode) ? "0770" : fileMode, 8);
        File.SetUnixFileMode(path, (UnixFileMode)(mode & 0xFFF));
    }

    private static TransferException Failed(string url, HttpStatusCode? status, string reason, Exception? inner = null)
    {
        // The query is a SAS: it must not show up in what clients can read.
        var address = url.Split('?')[0];
        var (code, message) = status switch
        {
            HttpStatusCode.NotFound => ("BlobNotFound", "The specified Azure blob resource is not found"),
            HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => ("BlobAccessDenied", "Access for one of the specified Azure Blob(s) is denied"),
            HttpStatusCode.RequestTimeout => ("BlobDownloadTimedOut", "Downloading one of the specified Azure Blob(s) timed out"),
            _ => ("BlobDownloadMiscError", "Miscellaneous error encountered while downloading one of the specified Azure Blob(s)"),
        };
        return new TransferException(TaskFailure.User(code, message, ("BlobSource", address), ("Message", status is null ? reason : ((int)status).ToString(CultureInfo.InvariantCulture) + " " + reason)), inner);
    }

    private async Task FetchUrlAsync(string url, string target, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw Failed(url, null, "The URL is not an http or https URL.");
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var response = await http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    await using var file = File.Create(target);
                    await response.Content.CopyToAsync(file, cancellationToken);
                    return;
                }

                if (attempt == Tries || !IsTransient(response.StatusCode))
                {
                    throw Failed(url, response.StatusCode, response.ReasonPhrase ?? "");
                }
            }
            catch (Exception e) when (e is HttpRequestException or HttpIOException)
            {
                if (attempt == Tries)
                {
                    throw Failed(url, null, e.Message, e);
                }
            }

            await Task.Delay(FirstPause * (1 << (attempt - 1)), clock, cancellationToken);
        }
    }

    private static bool IsTransient(HttpStatusCode status) => (int)status >= 500 || status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout;

    private async Task FetchContainerAsync(JsonObject file, string directory, CancellationToken cancellationToken)
    {
        var container = file.Text("autoStorageContainerName") is { } name ? storage.Container(name) : new BlobContainerClient(new Uri(file.Text("storageContainerUrl")!));
        var url = container.Uri.AbsoluteUri;
        try
        {
            await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, file.Text("blobPrefix"), cancellationToken))
            {
                var target = Target(Path.Combine(directory, file.Text("filePath") ?? ""), blob.Name);
                await container.GetBlobClient(blob.Name).DownloadToAsync(target, cancellationToken);
                SetMode(target, file.Text("fileMode"));
            }
        }
        catch (RequestFailedException e)
        {
            throw Failed(url, e.Status == 0 ? null : (HttpStatusCode)e.Status, e.ErrorCode ?? e.Message, e);
        }
        catch (AggregateException e)
        {
            // The storage client's: it has tried several times.
            throw Failed(url, null, e.InnerException?.Message ?? e.Message, e);
        }
    }
}
