using System.Globalization;

namespace Microsoft.DurableTask.Sqlite;

/// <summary>Keeps other processes from a file: two engines on one file would run every task twice.</summary>
sealed class FileLock : IDisposable
{
    readonly FileStream stream;
    readonly string holderPath;

    FileLock(FileStream stream, string holderPath)
    {
        this.stream = stream;
        this.holderPath = holderPath;
    }

    /// <summary>Takes the lock; the operating system gives it back however this process ends.</summary>
    /// <exception cref="InvalidOperationException">Another process has it.</exception>
    public static FileLock Take(string databasePath)
    {
        string path = databasePath + ".lock";

        // Who has it is told in a file of its own: a locked one cannot be read.
        string holderPath = databasePath + ".pid";
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            throw new InvalidOperationException(
                $"The Durable Task database '{databasePath}' is in use by another process{HolderOf(holderPath)}. "
                + "One process at a time can work on a file: stop the other one or use another path.",
                exception);
        }

        File.WriteAllText(holderPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new FileLock(stream, holderPath);
    }

    public void Dispose()
    {
        File.Delete(holderPath);
        stream.Dispose();
    }

    static string HolderOf(string path)
    {
        try
        {
            return $" (process {File.ReadAllText(path)})";
        }
        catch (IOException)
        {
            // Who it is only helps; that it is locked is what counts.
            return string.Empty;
        }
    }
}
