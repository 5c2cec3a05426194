namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>Names for <see cref="BindingCapabilitiesAttribute"/>.</summary>
public static class KnownBindingCapabilities
{
    /// <summary>The host runs the function again as its <see cref="RetryAttribute"/> says.</summary>
    public const string FunctionLevelRetry = "FunctionLevelRetry";
}
