namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Turns on ASP.NET Core's types in HTTP functions.</summary>
public static class FunctionsApplicationBuilderAspNetCoreExtensions
{
    /// <summary>Configures ASP.NET Core. It is always there in the stand-in, so there is nothing to add.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder;
    }
}
