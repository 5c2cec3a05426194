using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace DurableMl.Serving;

/// <summary>
/// Who may call: holders of a key, as with Functions (<c>x-functions-key</c>, or <c>code</c> in the query), or of an Entra token.
/// </summary>
internal static class Authentication
{
    /// <summary>
    /// Reads <c>Serving__Keys__0</c>, …; <c>Serving__Entra__TenantId</c> and <c>Serving__Entra__Audience</c>. Without either the server does not start,
    /// unless <c>Serving__AllowAnonymous=true</c> says that something in front of it asks who calls.
    /// </summary>
    /// <returns>Whether callers are asked at all.</returns>
    public static bool AddServingAuthentication(this IServiceCollection services, IConfiguration configuration)
    {
        string[] keys = configuration.GetSection("Serving:Keys").Get<string[]>() ?? [];
        string? tenant = configuration["Serving:Entra:TenantId"];
        string? audience = configuration["Serving:Entra:Audience"];
        bool entra = tenant is { Length: > 0 } && audience is { Length: > 0 };
        bool anonymous = configuration.GetValue<bool>("Serving:AllowAnonymous");
        if (keys.Length == 0 && !entra && !anonymous)
        {
            throw new InvalidOperationException(
                "Nobody could call: set Serving__Keys__0 to a key, or Serving__Entra__TenantId and Serving__Entra__Audience, or Serving__AllowAnonymous=true where something in front asks who calls.");
        }

        if (Array.Find(keys, key => key.Length < 16) is not null)
        {
            throw new InvalidOperationException("Serving__Keys: a key needs at least 16 characters.");
        }

        if (anonymous)
        {
            return false;
        }

        AuthenticationBuilder schemes = services.AddAuthentication(KeyHandler.Scheme).AddScheme<KeyOptions, KeyHandler>(KeyHandler.Scheme, options => options.Hashes = Array.ConvertAll(keys, KeyHandler.Hash));
        if (entra)
        {
            schemes.AddJwtBearer(options =>
            {
                // Another instance: a national cloud's.
                var instance = new Uri(configuration["Serving:Entra:Instance"] ?? "https://login.microsoftonline.com");
                options.Authority = new Uri(instance, $"{tenant}/v2.0").AbsoluteUri;
                options.RequireHttpsMetadata = !instance.IsLoopback;
                options.Audience = audience;
                options.MapInboundClaims = false;
            });
        }

        string[] names = entra ? [KeyHandler.Scheme, JwtBearerDefaults.AuthenticationScheme] : [KeyHandler.Scheme];
        services.AddAuthorizationBuilder().SetDefaultPolicy(
            new AuthorizationPolicyBuilder(names).RequireAuthenticatedUser().Build());
        return true;
    }
}

internal sealed class KeyOptions : AuthenticationSchemeOptions
{
    /// <summary>The SHA-256 of each key.</summary>
    public byte[][] Hashes { get; set; } = [];
}

/// <summary>Compares hashes in constant time, so that neither a key's letters nor its length can be measured.</summary>
internal sealed class KeyHandler(IOptionsMonitor<KeyOptions> options, ILoggerFactory logger, UrlEncoder encoder) : AuthenticationHandler<KeyOptions>(options, logger, encoder)
{
    public new const string Scheme = "Key";

    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string? key = Request.Headers["x-functions-key"].FirstOrDefault() ?? Request.Query["code"].FirstOrDefault();
        if (string.IsNullOrEmpty(key))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        byte[] hash = Hash(key);
        bool known = false;
        foreach (byte[] other in Options.Hashes)
        {
            known |= CryptographicOperations.FixedTimeEquals(hash, other);
        }

        var identity = new ClaimsIdentity(Scheme);
        return Task.FromResult(known
            ? AuthenticateResult.Success(new(new ClaimsPrincipal(identity), Scheme))
            : AuthenticateResult.Fail("The key is not one of Serving__Keys."));
    }
}
