namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>The cookies that a response sets.</summary>
public abstract class HttpCookies
{
    /// <summary>Adds a cookie.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    public abstract void Append(string name, string value);

    /// <summary>Adds a cookie.</summary>
    /// <param name="cookie">The cookie.</param>
    public abstract void Append(IHttpCookie cookie);

    /// <summary>Creates an empty cookie, to fill and append.</summary>
    /// <returns>The cookie.</returns>
    public abstract IHttpCookie CreateNew();
}
