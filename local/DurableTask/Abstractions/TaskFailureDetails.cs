using System.Reflection;
using Microsoft.DurableTask.Entities;

namespace Microsoft.DurableTask;

/// <summary>Why a task, entity operation or orchestration failed.</summary>
/// <param name="ErrorType">The full name of the exception type, or a code.</param>
/// <param name="ErrorMessage">The message.</param>
/// <param name="StackTrace">The stack trace, if known.</param>
/// <param name="InnerFailure">The failure underneath, if any.</param>
/// <param name="Properties">Further properties of the exception, from an exception properties provider.</param>
public record TaskFailureDetails(
    string ErrorType,
    string ErrorMessage,
    string? StackTrace,
    TaskFailureDetails? InnerFailure,
    IDictionary<string, object?>? Properties)
{
    /// <summary>Whether the exception was of type <typeparamref name="T"/> or one derived from it.</summary>
    public bool IsCausedBy<T>()
        where T : Exception => IsCausedBy(typeof(T));

    /// <summary>Whether the exception was of the given type or one derived from it. A type that is not loaded here gives <c>false</c>.</summary>
    /// <exception cref="ArgumentException">The type is not an exception type.</exception>
    public bool IsCausedBy(Type targetBaseExceptionType)
    {
        ArgumentNullException.ThrowIfNull(targetBaseExceptionType);
        if (!typeof(Exception).IsAssignableFrom(targetBaseExceptionType))
        {
            throw new ArgumentException($"The type {targetBaseExceptionType} is not an exception type.", nameof(targetBaseExceptionType));
        }

        if (string.IsNullOrEmpty(ErrorType))
        {
            return false;
        }

        Type? exact = Type.GetType(ErrorType, throwOnError: false) ?? targetBaseExceptionType.Assembly.GetType(ErrorType, throwOnError: false);
        if (exact is not null)
        {
            return targetBaseExceptionType.IsAssignableFrom(exact);
        }

        foreach (Assembly assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            if (assembly.GetType(ErrorType, throwOnError: false) is { } found && targetBaseExceptionType.IsAssignableFrom(found))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The details of an exception and those underneath it.</summary>
    public static TaskFailureDetails FromException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return FromException(exception, propertiesOf: null)!;
    }

    internal static TaskFailureDetails? FromException(Exception? exception, Func<Exception, IDictionary<string, object?>?>? propertiesOf)
    {
        if (exception is null)
        {
            return null;
        }

        // The failure of a task is told by its details: the inner exception, where there is one, does not survive a replay.
        TaskFailureDetails? inner = exception switch
        {
            TaskFailedException failed => failed.FailureDetails,
            EntityOperationFailedException failed => failed.FailureDetails,
            _ => FromException(exception.InnerException, propertiesOf),
        };
        return new TaskFailureDetails(
            exception.GetType().ToString(), exception.Message, exception.StackTrace, inner, propertiesOf?.Invoke(exception));
    }
}
