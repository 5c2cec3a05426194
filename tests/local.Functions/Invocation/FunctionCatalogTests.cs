using DurableMl.Local.Functions.Invocation;
using Microsoft.AspNetCore.Http;

namespace FunctionsHost.Tests.Invocation;

public static class TwinFunctions
{
    [Function("twin")]
    public static string One([HttpTrigger] HttpRequest request) => "";

    [Function("TWIN")]
    public static string Two([HttpTrigger] HttpRequest request) => "";
}

public static class UntriggeredFunctions
{
    [Function("untriggered")]
    public static string None(string text) => text;
}

[TestClass]
public sealed class FunctionCatalogTests
{
    [TestMethod]
    public void Two_functions_of_one_name_are_an_error_that_names_both()
    {
        string message = Assert
            .ThrowsExactly<InvalidOperationException>(() => new FunctionCatalog([typeof(TwinFunctions)], _ => false))
            .Message;
        StringAssert.Contains(message, "TwinFunctions.One");
        StringAssert.Contains(message, "TwinFunctions.Two");
    }

    [TestMethod]
    public void A_function_without_a_trigger_is_an_error_that_names_it() =>
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => new FunctionCatalog([typeof(UntriggeredFunctions)], _ => false)).Message,
            "'untriggered'"
        );
}
