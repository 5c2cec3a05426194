namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>Whether other sites may cause a cookie to be sent.</summary>
public enum SameSite
{
    /// <summary>Nothing is said.</summary>
    None = 0,

    /// <summary>On top-level navigation.</summary>
    Lax = 1,

    /// <summary>Never.</summary>
    Strict = 2,

    /// <summary>Always, said outright.</summary>
    ExplicitNone = 3,
}
