namespace Microsoft.Azure.Functions.Worker;

/// <summary>Binds a parameter to the client of the durable engine.</summary>
public sealed class DurableClientAttribute : InputBindingAttribute
{
    /// <summary>The task hub; the app's own when not set. The stand-in has no other.</summary>
    public string? TaskHub { get; set; }

    /// <summary>The setting that names the storage of the task hub; the app's own when not set.</summary>
    public string? ConnectionName { get; set; }
}
