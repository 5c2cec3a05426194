using System.Globalization;

namespace Microsoft.DurableTask.Sqlite;

/// <summary>Keeps other processes from a file: two engines on one file would run every task twice.</summary>
sealed class FileLock : IDisposable
{
    readonly FileStream stream;

    FileLock(FileStream stream) => this.stream = stream;

    /// <summary>Takes the lock; the operating system gives it back however this process ends.</summary>
    /// <exception cref="InvalidOperationException">Another process has it.</exception>
    public static FileLock Take(string databasePath)
    {
        string path = databasePath + ".lock";
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            throw new InvalidOperationException(
                $"The Durable Task database '{databasePath}' is in use by another process{HolderOf(path)}. "
                + "One process at a time can work on a file: stop the other one or use another path.",
                exception);
        }

        stream.SetLength(0);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        stream.Flush();
        return new FileLock(stream);
    }

    public void Dispose() => stream.Dispose();

    static string HolderOf(string path)
    {
        try
        {
            using StreamReader reader = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            string holder = reader.ReadToEnd();
            return holder.Length == 0 ? string.Empty : $" (process {holder})";
        }
        catch (IOException)
        {
            // Who it is only helps; that it is locked is what counts.
            return string.Empty;
        }
    }
}
