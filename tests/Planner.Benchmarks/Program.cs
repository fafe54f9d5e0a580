using BenchmarkDotNet.Running;
using Planner.Benchmarks;

// dotnet run -c Release --project tests/Planner.Benchmarks -- mover
// dotnet run -c Release --project tests/Planner.Benchmarks -- --filter '*' --job short
if (args is ["mover"])
{
    MoverComparison.Run();
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(MoverComparison).Assembly).Run(args);
}
