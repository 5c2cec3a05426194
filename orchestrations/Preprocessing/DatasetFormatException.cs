namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Raw data is not what it should be. Trying again does not help; the message names the file, what was expected and what was found.</summary>
public sealed class DatasetFormatException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="file">The blob or folder at fault.</param>
    /// <param name="expected">What should have been there.</param>
    /// <param name="found">What was there.</param>
    public DatasetFormatException(string file, string expected, string found)
        : base($"{file}: expected {expected}, found {found}.")
    {
        File = file;
    }

    /// <summary>The blob or folder at fault.</summary>
    public string File { get; }
}
