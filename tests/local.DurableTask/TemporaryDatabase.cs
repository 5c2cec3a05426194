namespace DurableTask.Tests;

/// <summary>A file of its own for each test, deleted afterwards.</summary>
sealed class TemporaryDatabase : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("durabletask-");

    public string Path => System.IO.Path.Combine(folder.FullName, "hub.db");

    public void Dispose() => folder.Delete(recursive: true);
}
