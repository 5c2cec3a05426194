namespace DurableTask.Core.Exceptions;

/// <summary>An instance of the id exists, in a status in which it must not be replaced.</summary>
public class OrchestrationAlreadyExistsException : Exception
{
    /// <summary>Initializes an exception.</summary>
    public OrchestrationAlreadyExistsException()
    {
    }

    /// <summary>Initializes an exception with a message.</summary>
    public OrchestrationAlreadyExistsException(string message)
        : base(message)
    {
    }

    /// <summary>Initializes an exception with a message and a cause.</summary>
    public OrchestrationAlreadyExistsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
