using System.Text.Json;

namespace DurableMl.Cli.Hosting;

/// <summary><c>run/up.json</c> in the state folder, and the lock that says whether an <c>up</c> is alive.</summary>
/// <param name="stateFolder">The state folder.</param>
internal sealed class HostStateFile(string stateFolder)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly string _folder = System.IO.Path.Combine(stateFolder, "run");

    /// <summary>Where the state lies.</summary>
    public string Path => System.IO.Path.Combine(_folder, "up.json");

    /// <summary>Takes the lock that a live <c>up</c> holds; the system drops it when its holder dies, however it dies.</summary>
    /// <returns>The lock; null if another process holds it.</returns>
    public IDisposable? TryLock()
    {
        Directory.CreateDirectory(_folder);
        try
        {
            return new FileStream(System.IO.Path.Combine(_folder, "up.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>What the last <c>up</c> wrote; null if there was none.</summary>
    public HostState? Read()
    {
        try
        {
            return JsonSerializer.Deserialize<HostState>(File.ReadAllText(Path), Json);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException exception)
        {
            throw new CliException($"{Path} cannot be read ({exception.Message}). If no durableml process runs, delete it.", exception);
        }
    }

    /// <summary>Replaces what is written; a reader sees the old state or the new one, never half.</summary>
    public void Write(HostState state)
    {
        Directory.CreateDirectory(_folder);
        var fresh = Path + ".new";
        File.WriteAllText(fresh, JsonSerializer.Serialize(state, Json));
        File.Move(fresh, Path, overwrite: true);
    }
}
