using Planner.Cli;

return await CommandLine.RunAsync(args, Console.Out, Console.Error, Console.In, ProductDrivers.Register(Console.Error));
