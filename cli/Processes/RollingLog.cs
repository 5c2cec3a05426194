using System.Text;

namespace DurableMl.Cli.Processes;

/// <summary>A log file of bounded size: when it is full, it becomes <c>NAME.1</c> and a new one begins.</summary>
internal sealed class RollingLog : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly long _limit;
    private FileStream _file;

    /// <summary>Opens the file to append to it.</summary>
    /// <param name="path">Where the log lies; its folder is created.</param>
    /// <param name="limit">Bytes after which the file is rolled.</param>
    public RollingLog(string path, long limit = 16 * 1024 * 1024)
    {
        Path = path;
        _limit = limit;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        _file = Open(path);
    }

    /// <summary>Where the log lies.</summary>
    public string Path { get; }

    /// <summary>Appends bytes as they came.</summary>
    public async Task AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_file.Length + bytes.Length > _limit)
            {
                await _file.DisposeAsync();
                File.Move(Path, Path + ".1", overwrite: true);
                _file = Open(Path);
            }

            await _file.WriteAsync(bytes, cancellationToken);
            await _file.FlushAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The last lines of a log file; none if there is no such file.</summary>
    /// <param name="path">The log file.</param>
    /// <param name="lines">How many lines at most.</param>
    public static string[] Tail(string path, int lines)
    {
        const int Window = 16 * 1024;
        if (!File.Exists(path))
        {
            return [];
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(-Math.Min(Window, file.Length), SeekOrigin.End);
        using var reader = new StreamReader(file, Encoding.UTF8);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(lines)];
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        _gate.Dispose();
    }

    private static FileStream Open(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete };
        if (!OperatingSystem.IsWindows())
        {
            // Services may log keys.
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
