using System.Text.Json.Nodes;

namespace FunctionsHost.Tests.Fixtures;

/// <summary>A copy of the app's build output whose files a test may change. Its path has a space in it.</summary>
internal sealed class AppCopy : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Copies the app.</summary>
    public AppCopy()
    {
        foreach (var file in Directory.EnumerateFiles(HostProcess.AppFolder, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(Folder, Path.GetRelativePath(HostProcess.AppFolder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>Where it lies.</summary>
    public string Folder => _folder["an app"];

    /// <summary>The path of a file in it.</summary>
    public string this[string file] => Path.Combine(Folder, file);

    /// <summary>Writes a file.</summary>
    public void Write(string file, string content) => File.WriteAllText(this[file], content);

    /// <summary>Changes what functions.metadata says of one function.</summary>
    public void Change(string function, Action<JsonNode> change)
    {
        var metadata = JsonNode.Parse(File.ReadAllText(this["functions.metadata"]))!.AsArray();
        change(metadata.Single(item => (string)item!["name"]! == function)!);
        Write("functions.metadata", metadata.ToJsonString());
    }

    /// <inheritdoc />
    public void Dispose() => _folder.Dispose();
}
