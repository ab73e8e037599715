Console.WriteLine("MaaS");
