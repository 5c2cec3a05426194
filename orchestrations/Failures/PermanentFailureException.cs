using DurableMl.Features.Tables;
using DurableMl.Orchestrations.Preprocessing;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Failures;

/// <summary>An activity failed in a way that trying again cannot cure. The message says why and what to change.</summary>
public sealed class PermanentFailureException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">Why, and what to change.</param>
    public PermanentFailureException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Why, and what to change.</param>
    /// <param name="innerException">What led to it.</param>
    public PermanentFailureException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether an activity failed so. A failure has its exception's type by name; to look the type up fails where several assemblies have one of that name.</summary>
    internal static bool Is(TaskFailureDetails failure) =>
        failure.ErrorType == typeof(PermanentFailureException).FullName
        || failure.ErrorType == typeof(DatasetFormatException).FullName
        || failure.ErrorType == typeof(TableFormatException).FullName;
}
