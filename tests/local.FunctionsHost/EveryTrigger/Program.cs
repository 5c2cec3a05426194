using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

if (Environment.GetEnvironmentVariable("EVERY_TRIGGER_START") == "never")
{
    await Task.Delay(Timeout.InfiniteTimeSpan);
}

var builder = FunctionsApplication.CreateBuilder(args);

// The same functions are run in both HTTP models: with ASP.NET Core's types, and with HttpRequestData alone.
if (Environment.GetEnvironmentVariable("EVERY_TRIGGER_HTTP_MODEL") != "HttpRequestData")
{
    builder.ConfigureFunctionsWebApplication();
    // The worker's own server refuses more than 30 MB otherwise, here as in Azure.
    builder.Services.Configure<KestrelServerOptions>(options => options.Limits.MaxRequestBodySize = null);
}

builder.Build().Run();
