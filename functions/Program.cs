using System.Text.Json;
using Azure.Core.Serialization;
using DurableMl.Functions.Hosting;
using DurableMl.Inference;
using DurableMl.Orchestrations;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.UseMiddleware<RunScope>();
builder.UseMiddleware<JsonBodies>();
// The worker's own serializer would write the check-status payload as Id, StatusQueryGetUri, …; every other answer is in camel case.
builder.Services.Configure<WorkerOptions>(options => options.Serializer = new JsonObjectSerializer(new JsonSerializerOptions(JsonSerializerDefaults.Web)));
builder.Services
    .AddDurableMlTelemetry(builder.Configuration)
    .AddDurableMlStorage()
    .AddDurableMlTraining()
    .AddDurableMlOrchestrations()
    .AddInference();
builder.Build().Run();
