namespace DurableMl.Features.Tables;

/// <summary>A table is not what it should be. Trying again does not help; the message says where and what would be right.</summary>
public sealed class TableFormatException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="where">The file, and the line or row where there is one.</param>
    /// <param name="reason">What is wrong, and what would be right.</param>
    public TableFormatException(string where, string reason)
        : base($"{where}: {reason}")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="where">The file, and the line or row where there is one.</param>
    /// <param name="reason">What is wrong, and what would be right.</param>
    /// <param name="innerException">What the reading library said.</param>
    public TableFormatException(string where, string reason, Exception innerException)
        : base($"{where}: {reason}", innerException)
    {
    }
}
