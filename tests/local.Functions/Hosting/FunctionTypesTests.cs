using DurableMl.Local.Functions;
using FunctionsHost.Tests.Http;
using Microsoft.Extensions.Configuration;

namespace FunctionsHost.Tests.Hosting;

[TestClass]
public sealed class FunctionTypesTests
{
    [TestMethod]
    public void Named_assemblies_take_the_entry_assembly_s_place()
    {
        FunctionTypes types = FunctionTypes.Discover(
            new ConfigurationBuilder()
                .AddInMemoryCollection(new Dictionary<string, string?> { ["Functions:Assemblies"] = "FunctionsHost.Tests" })
                .Build()
        );
        CollectionAssert.Contains(types.Types.ToArray(), typeof(HttpFunctions));
    }

    [TestMethod]
    public void An_assembly_that_is_not_there_is_an_error()
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Functions:Assemblies"] = "No.Such.Assembly" })
            .Build();
        Assert.ThrowsExactly<FileNotFoundException>(() => FunctionTypes.Discover(configuration));
    }
}
