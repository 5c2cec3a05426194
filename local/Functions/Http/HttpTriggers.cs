using DurableMl.Local.Functions.Invocation;
using Microsoft.Azure.Functions.Worker.Converters;

namespace DurableMl.Local.Functions.Http;

/// <summary>Registers HTTP triggers.</summary>
internal static class HttpTriggers
{
    public static void Add(IServiceCollection services)
    {
        services.AddRouting();
        services.AddMvcCore();
        services.AddSingleton<HttpTriggerEndpoint>();
        services.AddSingleton<HttpThrottle>();
        services.AddSingleton<FunctionKeys>();
        services.AddSingleton<KeyAuthorization>();
        services.AddSingleton<HostAddress>();
        services.AddSingleton<IInputConverter, HttpRequestConverter>();
        services.AddSingleton<FromBodyConverter>();
        services.AddHostedService<PortCheck>();
        services.AddHostedService<StartUpList>();
    }
}
