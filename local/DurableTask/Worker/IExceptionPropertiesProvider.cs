namespace Microsoft.DurableTask.Worker;

/// <summary>Gives further properties of exceptions to failure details.</summary>
public interface IExceptionPropertiesProvider
{
    /// <summary>The properties of an exception; <c>null</c> for none.</summary>
    IDictionary<string, object?>? GetExceptionProperties(Exception exception);
}
