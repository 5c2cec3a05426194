using System.Diagnostics;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

if (Environment.GetEnvironmentVariable("EVERY_TRIGGER_START") == "never")
{
    await Task.Delay(Timeout.InfiniteTimeSpan);
}

// Without a listener there are no spans, and so no Activity.Current in functions.
using var spans = new ActivityListener
{
    ShouldListenTo = source => source.Name.StartsWith("Microsoft.Azure.Functions.Worker", StringComparison.Ordinal),
    Sample = static (ref _) => ActivitySamplingResult.AllData,
};
ActivitySource.AddActivityListener(spans);

var builder = FunctionsApplication.CreateBuilder(args);

// The same functions are run in both HTTP models: with ASP.NET Core's types, and with HttpRequestData alone.
if (Environment.GetEnvironmentVariable("EVERY_TRIGGER_HTTP_MODEL") != "HttpRequestData")
{
    builder.ConfigureFunctionsWebApplication();
    // The worker's own server refuses more than 30 MB otherwise, here as in Azure.
    builder.Services.Configure<KestrelServerOptions>(options => options.Limits.MaxRequestBodySize = null);
}

builder.Build().Run();
