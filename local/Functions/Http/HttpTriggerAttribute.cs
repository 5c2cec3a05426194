namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts a function by an HTTP request.</summary>
public sealed class HttpTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Any method, with a function key.</summary>
    public HttpTriggerAttribute()
    {
        AuthLevel = AuthorizationLevel.Function;
    }

    /// <summary>The given methods, without a key.</summary>
    /// <param name="methods">HTTP methods.</param>
    public HttpTriggerAttribute(params string[] methods)
    {
        Methods = methods;
    }

    /// <summary>Any method, with the given key.</summary>
    /// <param name="authLevel">The key a caller needs.</param>
    public HttpTriggerAttribute(AuthorizationLevel authLevel)
    {
        AuthLevel = authLevel;
    }

    /// <summary>The given methods, with the given key.</summary>
    /// <param name="authLevel">The key a caller needs.</param>
    /// <param name="methods">HTTP methods.</param>
    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)
    {
        AuthLevel = authLevel;
        Methods = methods;
    }

    /// <summary>The route template below the app's prefix; the function's name when not set.</summary>
    public string? Route { get; set; }

    /// <summary>The methods; all when not set.</summary>
    public string[]? Methods { get; }

    /// <summary>The key a caller needs.</summary>
    public AuthorizationLevel AuthLevel { get; }
}
