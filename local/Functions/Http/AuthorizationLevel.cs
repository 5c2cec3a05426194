namespace Microsoft.Azure.Functions.Worker;

/// <summary>The key a caller of an HTTP function needs.</summary>
public enum AuthorizationLevel
{
    /// <summary>None.</summary>
    Anonymous = 0,

    /// <summary>A signed-in user; the Functions host treats it as <see cref="Function"/>.</summary>
    User = 1,

    /// <summary>The function's key or a host key.</summary>
    Function = 2,

    /// <summary>A key that an extension owns.</summary>
    System = 3,

    /// <summary>The master key.</summary>
    Admin = 4,
}
