// A client of the Kubernetes API written against client-go, as operators are.
//
//	litekube-client KUBECONFIG NAMESPACE watch               prints what an informer tells about ConfigMaps until one named "end" appears
//	litekube-client KUBECONFIG NAMESPACE write TYPE PREFIX   creates, updates, patches and deletes ConfigMaps with bodies of that content type
package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	kubeconfig, namespace, verb := os.Args[1], os.Args[2], os.Args[3]
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	check(err)
	config.QPS, config.Burst = 1000, 1000
	if verb == "write" {
		config.ContentType = os.Args[4]
		config.AcceptContentTypes = os.Args[4] + ",application/json"
	}
	client, err := kubernetes.NewForConfig(config)
	check(err)
	if verb == "write" {
		write(client, namespace, os.Args[5])
	} else {
		watch(client, namespace)
	}
}

func watch(client kubernetes.Interface, namespace string) {
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(namespace))
	informer := factory.Core().V1().ConfigMaps().Informer()
	end := make(chan struct{})
	tell := func(event string, object interface{}) {
		if gone, ok := object.(cache.DeletedFinalStateUnknown); ok {
			object = gone.Obj
		}
		configMap := object.(*corev1.ConfigMap)
		fmt.Println(event, configMap.Name, configMap.ResourceVersion, configMap.Data["value"])
		if configMap.Name == "end" {
			close(end)
		}
	}
	informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object interface{}) { tell("ADDED", object) },
		UpdateFunc: func(_, object interface{}) { tell("MODIFIED", object) },
		DeleteFunc: func(object interface{}) { tell("DELETED", object) },
	})
	stop := make(chan struct{})
	factory.Start(stop)
	if !cache.WaitForCacheSync(stop, informer.HasSynced) {
		panic("the informer did not sync")
	}
	fmt.Println("SYNCED")
	<-end
	close(stop)
}

func write(client kubernetes.Interface, namespace, prefix string) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	configMaps := client.CoreV1().ConfigMaps(namespace)
	for i := 0; i < 5; i++ {
		name := fmt.Sprintf("%s-%d", prefix, i)
		made, err := configMaps.Create(ctx, &corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"by": prefix}},
			Data:       map[string]string{"value": "one"},
			BinaryData: map[string][]byte{"bytes": {0, 255, byte(i)}},
		}, metav1.CreateOptions{})
		check(err)
		if made.BinaryData["bytes"][2] != byte(i) || made.UID == "" {
			panic("the answer is not what was created")
		}
		made.Data["value"] = "two"
		_, err = configMaps.Update(ctx, made, metav1.UpdateOptions{})
		check(err)
		_, err = configMaps.Patch(ctx, name, types.StrategicMergePatchType, []byte(`{"data":{"value":"three"}}`), metav1.PatchOptions{})
		check(err)
		if i%2 == 0 {
			check(configMaps.Delete(ctx, name, metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &made.UID}}))
		}
	}
	list, err := configMaps.List(ctx, metav1.ListOptions{LabelSelector: "by=" + prefix, Limit: 1})
	check(err)
	names := []string{}
	for {
		for _, item := range list.Items {
			names = append(names, item.Name)
		}
		if list.Continue == "" {
			break
		}
		list, err = configMaps.List(ctx, metav1.ListOptions{LabelSelector: "by=" + prefix, Limit: 1, Continue: list.Continue})
		check(err)
	}
	fmt.Println(strings.Join(names, " "))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
