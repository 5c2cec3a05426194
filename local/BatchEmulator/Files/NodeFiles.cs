using System.Globalization;
using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Wire;
using Microsoft.AspNetCore.Http.Features;

namespace DurableMl.Local.BatchEmulator.Files;

/// <summary>Lists, reads and deletes files below a directory of a node.</summary>
internal static class NodeFiles
{
    /// <summary>Answers a list of the files below <paramref name="root"/>, which clients see below <paramref name="url"/>.</summary>
    public static Task ListAsync(BatchRequest request, string root, string url)
    {
        var entries = FileTree.Walk(root, request.QueryFlag("recursive"));
        return request.RespondAsync(200, new ListQuery(request, "BatchNodeFile").Page(entries, e => e.Name, e => Describe(e.Entry, e.Name, url)));
    }

    /// <summary>Answers HEAD: the file's properties as headers.</summary>
    public static Task PropertiesAsync(BatchRequest request, string root, string url)
    {
        var (entry, name) = Find(request, root);
        request.Check(null, entry.LastWriteTimeUtc);
        Stamp(request, entry, name, url);
        if (entry is FileInfo file)
        {
            request.Http.Response.ContentLength = file.Length;
        }

        request.Respond(StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    /// <summary>Answers GET: the file's bytes, all or those of ocp-range.</summary>
    public static async Task ReadAsync(BatchRequest request, string root, string url)
    {
        var (entry, name) = Find(request, root);
        request.Check(null, entry.LastWriteTimeUtc);
        if (entry is not FileInfo file)
        {
            throw BatchErrors.Conflict("OperationInvalidForCurrentState", "The specified file is a directory.");
        }

        // The task may be writing: what is there now is what is sent.
        await using var content = FileTree.Open(file);
        var (start, length) = Range(request, content.Length);
        Stamp(request, entry, name, url);
        request.Http.Response.ContentType = "application/octet-stream";
        request.Http.Response.ContentLength = length;
        request.Respond(length == content.Length ? StatusCodes.Status200OK : StatusCodes.Status206PartialContent);
        content.Position = start;
        var buffer = new byte[81920];
        while (length > 0)
        {
            var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, length)), request.Aborted);
            if (read == 0)
            {
                // Truncated meanwhile: the promised length cannot be kept.
                request.Http.Abort();
                return;
            }

            await request.Http.Response.Body.WriteAsync(buffer.AsMemory(0, read), request.Aborted);
            length -= read;
        }
    }

    /// <summary>Deletes a file, or with recursive a directory.</summary>
    public static Task DeleteAsync(BatchRequest request, string root)
    {
        var (entry, _) = Find(request, root);
        switch (entry)
        {
            case DirectoryInfo directory when request.QueryFlag("recursive") || !directory.EnumerateFileSystemInfos().Any():
                NodeDirectories.Delete(directory.FullName);
                break;
            case DirectoryInfo:
                throw BatchErrors.Conflict("OperationInvalidForCurrentState", "The specified directory is not empty; set recursive to delete what is in it.");
            default:
                entry.Delete();
                break;
        }

        request.Respond(StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    private static JsonObject Describe(FileSystemInfo entry, string name, string url)
    {
        var json = new JsonObject { ["name"] = name, ["url"] = $"{url}/{name}", ["isDirectory"] = entry is DirectoryInfo };
        if (entry is FileInfo file)
        {
            json["properties"] = new JsonObject
            {
                ["creationTime"] = Iso8601.Time(file.CreationTimeUtc),
                ["lastModified"] = Iso8601.Time(file.LastWriteTimeUtc),
                ["contentLength"] = file.Length.ToString(CultureInfo.InvariantCulture),
                ["contentType"] = "application/octet-stream",
                ["fileMode"] = Mode(file),
            };
        }

        return json;
    }

    private static (FileSystemInfo Entry, string Name) Find(BatchRequest request, string root)
    {
        // As it was sent: routing would leave %2F encoded and decode the rest.
        var target = request.Http.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0];
        var name = Uri.UnescapeDataString(target[(target.IndexOf("/files/", StringComparison.OrdinalIgnoreCase) + "/files/".Length)..]).Replace('\\', '/').Trim('/');
        var full = Path.GetFullPath(Path.Combine(root, name));
        if (!full.StartsWith(Path.GetFullPath(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw BatchErrors.FileNotFound();
        }

        FileSystemInfo entry = Directory.Exists(full) ? new DirectoryInfo(full) : new FileInfo(full);
        if (!entry.Exists || IsBehindLink(entry, root))
        {
            throw BatchErrors.FileNotFound();
        }

        return (entry, name);
    }

    /// <summary>A task can make links: neither they nor what lies behind them is for clients.</summary>
    private static bool IsBehindLink(FileSystemInfo entry, string root)
    {
        var depth = Path.GetFullPath(root).Length;
        for (FileSystemInfo? step = entry; step is not null && step.FullName.Length > depth; step = step is FileInfo f ? f.Directory : ((DirectoryInfo)step).Parent)
        {
            if (FileTree.IsLink(step))
            {
                return true;
            }
        }

        return false;
    }

    private static void Stamp(BatchRequest request, FileSystemInfo entry, string name, string url)
    {
        var headers = request.Http.Response.Headers;
        headers.LastModified = entry.LastWriteTimeUtc.ToString("R", CultureInfo.InvariantCulture);
        headers.ETag = "0x" + entry.LastWriteTimeUtc.Ticks.ToString("X", CultureInfo.InvariantCulture);
        headers["ocp-creation-time"] = entry.CreationTimeUtc.ToString("R", CultureInfo.InvariantCulture);
        headers["ocp-batch-file-isdirectory"] = entry is DirectoryInfo ? "true" : "false";
        headers["ocp-batch-file-url"] = Uri.EscapeDataString($"{url}/{name}").Replace("%2F", "/", StringComparison.Ordinal).Replace("%3A", ":", StringComparison.Ordinal);
        headers["ocp-batch-file-mode"] = Mode(entry);
    }

    private static string Mode(FileSystemInfo entry) =>
        OperatingSystem.IsWindows() ? "0100644" : "0" + Convert.ToString((entry is DirectoryInfo ? 0x4000 : 0x8000) | (int)entry.UnixFileMode, 8);

    private static (long Start, long Length) Range(BatchRequest request, long size)
    {
        var header = request.Http.Request.Headers["ocp-range"].ToString();
        if (header.Length == 0)
        {
            header = request.Http.Request.Headers.Range.ToString();
        }

        if (header.Length == 0)
        {
            return (0, size);
        }

        var bounds = header.Replace("bytes=", "", StringComparison.OrdinalIgnoreCase).Split('-');
        if (bounds.Length != 2 || !long.TryParse(bounds[0], NumberStyles.None, CultureInfo.InvariantCulture, out var start) || start > size)
        {
            throw new BatchException(416, "InvalidRange", "The range specified is invalid for the current size of the resource.", ("Range", header));
        }

        var end = long.TryParse(bounds[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? Math.Min(last, size - 1) : size - 1;
        return end < start - 1
            ? throw new BatchException(416, "InvalidRange", "The range specified is invalid for the current size of the resource.", ("Range", header))
            : (start, end - start + 1);
    }
}
