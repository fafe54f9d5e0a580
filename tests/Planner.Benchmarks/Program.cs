using BenchmarkDotNet.Running;
using Planner.Benchmarks;

// dotnet run -c Release --project tests/Planner.Benchmarks -- mover
// dotnet run -c Release --project tests/Planner.Benchmarks -- journal FOLDER
// dotnet run -c Release --project tests/Planner.Benchmarks -- --filter '*' --job short
if (args is ["mover"])
{
    MoverComparison.Run();
}
else if (args is ["journal", var folder])
{
    JournalCost.Run(folder);
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(MoverComparison).Assembly).Run(args);
}
