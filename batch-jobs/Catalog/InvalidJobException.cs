namespace DurableMl.BatchJobs.Catalog;

/// <summary>A job that is not there, or whose <c>job.json</c> does not hold together.</summary>
public sealed class InvalidJobException : Exception
{
    /// <summary>Creates the exception with a message that names the job and the fix.</summary>
    public InvalidJobException(string message)
        : base(message)
    {
    }

    /// <summary>As above, with the cause.</summary>
    public InvalidJobException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
