namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>A cookie.</summary>
public interface IHttpCookie
{
    /// <summary>The hosts it is sent to.</summary>
    string? Domain { get; }

    /// <summary>When it ends.</summary>
    DateTimeOffset? Expires { get; }

    /// <summary>Whether scripts are kept from it.</summary>
    bool? HttpOnly { get; }

    /// <summary>How long it lives, in seconds; it goes before <see cref="Expires"/>.</summary>
    double? MaxAge { get; }

    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>The paths it is sent to.</summary>
    string? Path { get; }

    /// <summary>Whether other sites may cause it to be sent.</summary>
    SameSite SameSite { get; }

    /// <summary>Whether it is sent over HTTPS only.</summary>
    bool? Secure { get; }

    /// <summary>Its value.</summary>
    string Value { get; }
}
