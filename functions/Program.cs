using DurableMl.Functions.Hosting;
using DurableMl.Inference;
using DurableMl.Orchestrations;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services
    .AddDurableMlStorage()
    .AddDurableMlTraining()
    .AddDurableMlOrchestrations()
    .AddInference();
builder.Build().Run();
