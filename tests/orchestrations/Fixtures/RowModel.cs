namespace Orchestrations.Tests.Fixtures;

/// <summary>A model that is right about every example of <see cref="RawDataset"/>: the score of a class is the sum of its row.</summary>
internal static class RowModel
{
    public static byte[] Create()
    {
        const int Pixels = RawDataset.Side * RawDataset.Side;
        var weights = new float[Pixels * RawDataset.Classes];
        for (int pixel = 0; pixel < Pixels; pixel++)
        {
            weights[(pixel * RawDataset.Classes) + (pixel / RawDataset.Side)] = 1;
        }

        return new OnnxModel()
            .Node("Flatten", ["x"], ["flat"])
            .Node("MatMul", ["flat", "w"], ["scores"])
            .Initializer("w", [Pixels, RawDataset.Classes], weights)
            .Input("x", OnnxModel.Float, "batch", 1, RawDataset.Side, RawDataset.Side)
            .Output("scores", OnnxModel.Float, "batch", RawDataset.Classes)
            .ToArray();
    }
}
